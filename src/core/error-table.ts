import { kafkaErrors } from './kafka-errors.ts'

/**
 * Every error a user can meet: its stable code, what happened, what to do, and the exit status.
 * Messages and cures name their placeholders; `docs/ERRORS.md` is proved equal to this table.
 *
 * Exit status: 1 the work failed, 2 the command was wrong, 130 interrupted.
 */
export const errorTable = {
  // the command line and the configuration
  'option-unknown': {
    exit: 2,
    message: 'unknown option {option}',
    cure: '{suggestion}'
  },
  'option-value': {
    exit: 2,
    message: '{option}: {value} is not {expected}',
    cure: 'example: {option} {example}'
  },
  'option-bare': {
    exit: 2,
    message: '{option} needs a value: {expected}',
    cure: 'example: {option} {example}'
  },
  'environment-value': {
    exit: 2,
    message: '{variable}: {value} is not {expected}',
    cure: 'example: {variable}={example}'
  },
  'option-missing': {
    exit: 2,
    message: '{option} is needed for {purpose}',
    cure: 'add {option} {example}'
  },
  'option-conflict': {
    exit: 2,
    message: '{option} cannot be combined with {other}',
    cure: 'leave one of the two out'
  },
  'command-unknown': {
    exit: 2,
    message: 'unknown command {command}',
    cure: '{suggestion}'
  },
  'argument-missing': {
    exit: 2,
    message: '{command} needs {argument}',
    cure: 'example: {example}'
  },
  'argument-extra': {
    exit: 2,
    message: '{command} does not take {argument}',
    cure: 'see what it takes with: {command} --help'
  },
  'config-file': {
    exit: 2,
    message: 'configuration file {path}: {problem}',
    cure: 'correct it, or point --config at another file'
  },
  'pem-file': {
    exit: 2,
    message: '{option}: cannot use {path}: {problem}',
    cure: 'give a PEM file, one that begins a block with -----BEGIN'
  },
  'window-size': {
    exit: 2,
    message: '{size} is not a window size that can be counted: {reason}',
    cure: '{cure}'
  },
  'window-zone': {
    exit: 2,
    message: '{zone} is not a time zone',
    cure: '{cure}'
  },
  'window-day-start': {
    exit: 2,
    message: '{start} is not a time at which a day can start',
    cure: 'use hours and minutes from 00:00 to 23:59, for example 05:00'
  },
  'window-week-start': {
    exit: 2,
    message: '{start} is not a day on which a week can start',
    cure: 'use monday (ISO 8601) or sunday'
  },
  'window-keep': {
    exit: 2,
    message: 'windows of {size} cannot be kept for {keep}: {reason}',
    cure: '{cure}'
  },
  'window-wait': {
    exit: 2,
    message: '{name} cannot be {value}',
    cure: 'use a duration of zero or more, for example 5s'
  },

  'field-path': {
    exit: 2,
    message: '{field} is not a field of a frame: {problem}',
    cure: 'name a top-level field, or one below it as user.id; for a name as it stands: {example}'
  },
  'field-count': {
    exit: 2,
    message: '{option} names {count} fields, at most {most} are taken',
    cure: 'leave some of them out'
  },

  // input
  'input-missing': {
    exit: 1,
    message: 'cannot read {path}: no such file',
    cure: 'check the path; "-" reads standard input'
  },
  'input-directory': {
    exit: 1,
    message: 'cannot read {path}: it is a directory',
    cure: 'name the files in it, for example {path}/*.jsonl.gz'
  },
  'input-denied': {
    exit: 1,
    message: 'cannot read {path}: permission denied',
    cure: 'make it readable for this user'
  },
  'input-damaged': {
    exit: 1,
    message:
      '{path}: the {compression} data is damaged or cut off after {frames} frames ({problem})',
    cure: 'get the file again; what was read before the damage is counted above'
  },
  'text-empty': {
    exit: 1,
    message: '{path} has no words',
    cure: 'give a text with words between white space'
  },
  'sample-empty': {
    exit: 1,
    message: 'there are no frames in {name}: nothing can be measured',
    cure: 'give files or a topic with frames, or neither of them on a terminal: then frames are generated'
  },
  'input-large': {
    exit: 1,
    message: '{path} is larger than {limit}, the most that is taken',
    cure: 'give a smaller part of it'
  },
  'input-failed': {
    exit: 1,
    message: 'reading {path} failed: {problem}',
    cure: 'check the disk or the pipe, then run again'
  },
  'nothing-counted': {
    exit: 1,
    message:
      'only {counted} of the first {frames} frames could be counted ({reasons}); top-level fields seen: {fields}',
    cure: '{suggestion}'
  },
  'output-is-input': {
    exit: 2,
    message: '{path} would be overwritten while it is needed',
    cure: 'write to another file'
  },
  'output-failed': {
    exit: 1,
    message: 'writing {path} failed: {problem}',
    cure: 'check that there is room on the disk and that the folder can be written'
  },

  // keys on their way into sketches
  'key-column': {
    exit: 1,
    message: 'the column of keys is wrong: {problem}',
    cure: 'give one offset more than keys, ascending, none beyond the bytes'
  },
  'kernel-missing': {
    exit: 1,
    message: 'the WASM kernel does not run here: {problem}',
    cure: 'name no kernel: the plain one takes over, with the same results'
  },

  // state
  'state-full': {
    exit: 1,
    message: 'the kept windows need {bytes} bytes, --max-state allows {max}',
    cure: 'raise --max-state, keep windows for a shorter time (--keep), or count fewer groups'
  },

  // stored bytes
  'format-damaged': {
    exit: 1,
    message: 'damaged {format}: {problem}',
    cure: 'the bytes are not what was written; restore them from their source'
  },
  'format-version': {
    exit: 1,
    message: '{format} has version {found}, this headcount reads up to version {known}',
    cure: 'use the newer headcount that wrote it'
  },
  'sketch-unknown': {
    exit: 1,
    message: '{path} is not a sketch of a format that headcount knows',
    cure: 'it reads its own, DataSketches HLL and theta, Redis HYLL and postgresql-hll, as bytes'
  },
  'sketch-unreadable': {
    exit: 1,
    message: '{path}: {problem}',
    cure: 'the bytes are not what was written; get the file again, in binary mode'
  },
  'sketch-mismatch': {
    exit: 1,
    message: 'sketches cannot be merged: one is {left}, the other {right}',
    cure: 'merge sketches of one kind and one hash only'
  },
  'sketch-form': {
    exit: 1,
    message: 'a sketch of kind {kind} cannot be written in this format: {form}',
    cure: 'that form takes sketches of kind {kinds}'
  },

  ...kafkaErrors,

  // the process
  interrupted: {
    exit: 130,
    message: 'interrupted: {state}',
    cure: 'start the same command again to go on'
  },
  bug: {
    exit: 1,
    message: 'unexpected failure: {problem}',
    cure: 'this is a bug of headcount: please report it with the trace that --debug prints'
  },
  'node-old': {
    exit: 2,
    message: 'headcount needs Node 24.6 or newer, this is {version}',
    cure: 'install Node 24, or in a clone run it with: npm run headcount --'
  }
} as const satisfies Readonly<Record<string, { exit: 1 | 2 | 130; message: string; cure: string }>>
