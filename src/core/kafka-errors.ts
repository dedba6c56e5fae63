/** Errors about brokers, topics and the development broker: a part of the error table. */
export const kafkaErrors = {
  // Kafka
  'broker-unreachable': {
    exit: 1,
    message: 'no answer from the Kafka broker at {address} ({problem})',
    cure: 'check --brokers, or start a development broker with: headcount broker up'
  },
  'broker-protocol': {
    exit: 1,
    message: 'the server at {address} does not speak the Kafka protocol ({problem})',
    cure: 'check the port, and whether that listener needs --tls'
  },
  'broker-old': {
    exit: 1,
    message: 'the broker at {address} does not support {feature}',
    cure: 'headcount needs Kafka 4.0 or newer'
  },
  'broker-auth': {
    exit: 1,
    message: 'the broker at {address} refused the login ({problem})',
    cure: 'check --sasl-mechanism, --sasl-username and the password'
  },
  'broker-tls': {
    exit: 1,
    message: 'TLS with {address} failed ({problem})',
    cure: 'check --tls-ca and that the listener speaks TLS'
  },
  'broker-refused': {
    exit: 1,
    message: 'the broker refused {request}: {problem}',
    cure: '{advice}'
  },
  'broker-denied': {
    exit: 1,
    message: 'the broker denies {request} ({problem})',
    cure: 'give this user the right: {right}'
  },
  'topic-missing': {
    exit: 1,
    message: 'topic {topic} does not exist on {address}',
    cure: '{suggestion}'
  },
  'topic-exists': {
    exit: 1,
    message: 'topic {topic} exists already',
    cure: 'choose another name, or delete it with: headcount topic delete {topic}'
  },
  'topic-recreated': {
    exit: 1,
    message: 'topic {topic} was deleted and made again while it was read',
    cure: 'positions of the old topic mean nothing in the new one; an app counts the new one after: headcount app accept-topic {topic}'
  },
  'topic-name': {
    exit: 2,
    message: '{topic} is not a topic name Kafka accepts',
    cure: 'use up to 249 letters, digits, ".", "_" and "-"'
  },
  'batch-corrupt': {
    exit: 1,
    message: 'corrupt record batch in {topic} partition {partition} at offset {offset}: {problem}',
    cure: 'the broker served damaged bytes: check its disks; count leaves the batch out with --on-corrupt-batch skip, consume reads past it with --from'
  },
  'batch-oversize': {
    exit: 1,
    message:
      'a record batch in {topic} partition {partition} at offset {offset} is larger than {limit}',
    cure: 'raise the limit of the topic only as far as this reader can follow; count leaves the batch out with --on-corrupt-batch skip'
  },
  'offset-gone': {
    exit: 1,
    message:
      'offset {offset} of {topic} partition {partition} is gone: the log now covers {start} to {end}; up to {lost} records are lost',
    cure: 'count goes on behind the loss with --on-input-loss continue, consume with another --from; or count anew (--app)'
  },
  'log-cut': {
    exit: 1,
    message:
      'the log of {topic} partition {partition} was cut at offset {resumeAt}, it ends at {end} now: {lost} records before {offset} were read and are gone',
    cure: 'count goes on at the cut with --on-input-loss continue; an offset set by hand is put back by: headcount app resume'
  },
  'offset-moved': {
    exit: 1,
    message:
      'the stored offset {offset} of {topic} partition {partition} is not as a flush left it: it was set by hand, or by another program',
    cure: 'put it back where the last flush ended: headcount app resume'
  },
  'offsets-pending': {
    exit: 1,
    message:
      'the stored offsets of {topic} in group {group} wait for an open transaction since {waited}',
    cure: 'stop the program that left it open, or wait for its transaction timeout'
  },
  'group-lost': {
    exit: 1,
    message:
      'this instance is no longer a member of group {group} with these partitions ({problem})',
    cure: 'start it again; if it comes back, another instance is counting, or this one is too slow'
  },
  'group-busy': {
    exit: 1,
    message: 'group {group} has members ({members})',
    cure: 'stop every instance of the app first; one that was killed is forgotten when its session ends (--group-session-timeout, 10 s)'
  },
  'transaction-aborted': {
    exit: 1,
    message: 'a transaction of {id} was aborted, nothing of it counts ({problem})',
    cure: 'start again: the work is done once more; if it comes back, check the broker’s log'
  },
  'transaction-fenced': {
    exit: 1,
    message: 'another instance writes as {id} now, or the broker ended it ({problem})',
    cure: 'nothing to do when instances come and go; else check that no two apps share the name --app'
  },
  'produce-gave-up': {
    exit: 1,
    message:
      'gave up after {waited}: {sent} frames are in {topic}, the next one is frame {position}',
    cure: 'when the broker is back, resume with: --skip {position}'
  },
  'produce-interrupted': {
    exit: 130,
    message: 'interrupted: {sent} frames are in {topic}, the next one is frame {position}',
    cure: 'go on with: --skip {position}'
  },

  // an app's topics and state
  'state-dir-failed': {
    exit: 1,
    message: 'the state cannot be kept in {folder}: {problem}',
    cure: 'choose a folder that can be written with --state-dir, then start again: the count goes on where it was'
  },
  'state-dir-full': {
    exit: 1,
    message: 'there is no room left for the state in {folder}',
    cure: 'make room or choose another disk with --state-dir, then start again: the count goes on where it was'
  },
  'app-settings': {
    exit: 1,
    message: 'app {app} was started with other settings: {difference}',
    cure: 'use the old settings, or count under another name with --app'
  },
  'app-size-added': {
    exit: 1,
    message: 'window size {size} was added to app {app}, which this instance counts without it',
    cure: 'start it again with that size in --window'
  },
  'app-topic-settings': {
    exit: 1,
    message: 'topic {topic} has {setting}={found}, needs {expected}',
    cure: 'correct it with: headcount broker tools -- kafka-configs --alter --topic {topic} --add-config {setting}={expected}'
  },
  'app-topic-partitions': {
    exit: 1,
    message: 'topic {topic} has {found} partitions, the app needs {expected}',
    cure: 'count under another name with --app, or delete the app’s topics and start again'
  },
  'app-record-foreign': {
    exit: 1,
    message:
      'record {offset} of the app’s {log} topic, partition {partition}, is none that headcount wrote ({problem})',
    cure: 'let nobody else write to the topics of an app; this one can only be counted anew, with another --app'
  },
  'app-missing': {
    exit: 1,
    message: 'there is no app {app} on {address}',
    cure: '{suggestion}'
  },
  'app-unbegun': {
    exit: 1,
    message: 'topic {topic} holds no app record: no count of this name has begun',
    cure: 'start it with: headcount count --topic …, or choose another --app if the topic is somebody else’s'
  },
  'app-input-other': {
    exit: 1,
    message:
      'topic {topic} is not the one that app {app} counts: it was made again (another topic id)',
    cure: 'count the new one, too, from its beginning: headcount app accept-topic {topic} --app {app}; or start over: headcount app reset --app {app}'
  },
  'app-input-none': {
    exit: 1,
    message: 'no topic on {address} matches {pattern}',
    cure: 'create one, or correct --topic-pattern: it has to match whole names'
  },
  'app-input-large': {
    exit: 1,
    message: 'more than {max} {what} cannot be counted',
    cure: 'divide the input among several apps (--app)'
  },
  'app-topic-unasked': {
    exit: 1,
    message: 'app {app} counts topic {topic} too, which was not asked for',
    cure: 'name it as well (--topic, --topic-pattern), or stop counting it for good: headcount app retire-topic {topic} --app {app}'
  },
  'app-topic-none': {
    exit: 1,
    message: 'app {app} does not count topic {topic}',
    cure: 'it counts {topics}; a topic is added by naming it in --topic'
  },
  'app-topic-last': {
    exit: 1,
    message: 'app {app} counts nothing but topic {topic}',
    cure: 'delete the app: headcount app reset --app {app}; a topic that was made again: headcount app accept-topic {topic} --app {app}'
  },
  'app-topic-retired': {
    exit: 1,
    message: 'topic {topic} of app {app} was retired: it is counted no more',
    cure: 'leave it out of --topic, or count it again: headcount app accept-topic {topic} --app {app}'
  },
  'metrics-listen': {
    exit: 1,
    message: 'cannot serve metrics on {address}: {problem}',
    cure: 'choose another --metrics-port or --metrics-host'
  },

  // the development broker
  'java-missing': {
    exit: 1,
    message: 'the development broker needs Java 17 or newer ({problem})',
    cure: 'install a JRE (Debian: apt install default-jre-headless), or set JAVA_HOME'
  },
  'kafka-missing': {
    exit: 1,
    message: 'Kafka could not be fetched: {problem}',
    cure: 'install Maven, or set KAFKA_HOME to an unpacked Kafka 4.x, or start Docker'
  },
  'port-taken': {
    exit: 1,
    message: 'port {port} is taken by another program',
    cure: 'choose another with --port, or stop that program'
  },
  'broker-running': {
    exit: 1,
    message: 'a broker is already running from {folder} (process {pid}, {address})',
    cure: 'use it, or stop it with: headcount broker down --dir {folder}'
  },
  'broker-died': {
    exit: 1,
    message: 'the broker stopped before it was ready: {problem}',
    cure: 'its log: {log}'
  },
  'broker-folder': {
    exit: 2,
    message: '{folder} cannot hold this broker: {problem}',
    cure: '{advice}'
  },
  'broker-stopped': {
    exit: 1,
    message: 'no broker is running from {folder}',
    cure: 'start it with: headcount broker up --dir {folder}'
  },
  'tool-unknown': {
    exit: 2,
    message: 'Kafka has no tool called {tool}',
    cure: '{suggestion}'
  }
} as const satisfies Readonly<Record<string, { exit: 1 | 2 | 130; message: string; cure: string }>>
