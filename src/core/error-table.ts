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
    cure: 'use one or more of {sizes}, separated by commas'
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
    message: 'a {left} sketch cannot be merged with a {right} sketch',
    cure: 'merge sketches of one kind and one hash only'
  },
  'sketch-form': {
    exit: 1,
    message: 'a {kind} sketch cannot be written as a {form}',
    cure: 'that form takes sketches of kind {kinds}'
  },

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
    cure: 'positions of the old topic mean nothing in the new one: start a new app (--app) to count it'
  },
  'topic-name': {
    exit: 2,
    message: '{topic} is not a topic name Kafka accepts',
    cure: 'use up to 249 letters, digits, ".", "_" and "-"'
  },
  'batch-corrupt': {
    exit: 1,
    message: 'corrupt record batch in {topic} partition {partition} at offset {offset}: {problem}',
    cure: 'the broker served damaged bytes; check its disks, or read past it with --from'
  },
  'batch-oversize': {
    exit: 1,
    message:
      'a record batch in {topic} partition {partition} at offset {offset} is larger than {limit}',
    cure: 'raise the limit of the topic only as far as this reader can follow'
  },
  'offset-gone': {
    exit: 1,
    message:
      'offset {offset} of {topic} partition {partition} is gone: the log now covers {start} to {end}; up to {lost} records are lost',
    cure: 'start a new app (--app) to count what is left'
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
  'app-settings': {
    exit: 1,
    message: 'app {app} was started with other settings: {difference}',
    cure: 'use the old settings, or count under another name with --app'
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
    cure: 'start it with: headcount count --topic …, or check --app'
  },
  'app-busy': {
    exit: 1,
    message: 'another instance of app {app} owns partition {partition}',
    cure: 'stop that instance first: this version runs one instance of an app'
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
  },

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
