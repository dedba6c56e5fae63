import { appAcceptTopic } from '../app/app-accept.ts'
import { appDescribe } from '../app/app-describe.ts'
import { appList } from '../app/app-list.ts'
import { appReset } from '../app/app-reset.ts'
import { appResume } from '../app/app-resume.ts'
import { appRetireTopic } from '../app/app-retire.ts'
import { appTopicsCommand } from '../app/app-topics.ts'
import type { CommandGroup } from '../command.ts'

export const appCommand: CommandGroup = {
  name: 'app',
  summary: 'list, describe, provision, reset and resume apps, and change their input',
  commands: [
    appList,
    appDescribe,
    appTopicsCommand,
    appReset,
    appResume,
    appAcceptTopic,
    appRetireTopic
  ]
}
