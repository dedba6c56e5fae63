import { assert } from './assert.ts'

const KB = 1_024
const MB = 1_024 * KB

/** Every bound of the system, with what happens at it. Frozen: nothing adjusts these at run time. */
export const limits = Object.freeze({
  /** A longer frame is a reject (`too-long`); its first `rejectBytesMax` are kept. */
  frameBytesMax: 16 * MB,
  /** Bytes of a rejected frame that are kept. */
  rejectBytesMax: 64 * KB,
  /** A key longer than this is a reject (`bad-key`). */
  keyBytesMax: 64 * KB,
  /** A group of more bytes is not told apart from others: it goes to *other* and is counted there. */
  groupBytesMax: 256,
  /** Event times beyond ±2^47 ms (about 4,400 years) are rejects (`bad-time`). */
  eventTimeMsMax: 2 ** 47,
  /** JSON nesting deeper than this is a reject (`bad-json`) where the whole frame is parsed. */
  jsonDepthMax: 1_000,
  /** Frames in one set of columns; a fuller chunk is handed over in several. */
  columnFramesMax: 8_192,
  /** One read from a file or a pipe. */
  readBytes: 512 * KB,
  /** One record of ours in Kafka; larger state is split in chunks. */
  recordBytesMax: 900 * KB,
  /** A sketch in a file; a larger one is refused by name. */
  sketchFileBytesMax: 40 * MB,
  /** The sample of `bench`, in memory: its bytes, packed and unpacked each; a larger one is refused by name. */
  sampleBytesMax: 512 * MB,
  /** And its frames and batches: a sample ends before it has more. */
  sampleFramesMax: 2 ** 20,
  sampleBatchesMax: 2 ** 16,
  /** Reading a sample takes no longer: what is there by then is the sample. */
  sampleMsMax: 30_000,
  /** A text whose words are counted in memory; a larger one is refused by name. */
  textBytesMax: 128 * MB,
  /** Entries of an exact set before the window turns adaptive and says so. */
  exactEntriesMax: 2 ** 22,
  /** Bytes of one stored chunk of an exact set. */
  exactChunkBytesMax: 256 * KB,
  /** Window sizes of one app: a mask of them fits in 31 bits. More are refused. */
  windowSizesMax: 31,
  /** Steps in a sliding window, so windows that a frame counts in; more are refused. */
  slidingStepsMax: 400,
  /** Length of a sliding window; its steps are kept as long. A longer one is refused. */
  windowDaysMax: 3_660,
  /** Days of a time zone that are remembered, 45 years of them; beyond it they are forgotten and found anew. */
  zoneDaysMax: 16_384,
  /** Sliding windows whose bounds are remembered, as for days. */
  windowsRememberedMax: 16_384,
  /** Panes touched between two flushes; a full table flushes early. */
  panesPerFlushMax: 2_000,
  /** Groups met between two flushes; beyond it a flush is made early. */
  groupsPerFlushMax: 65_536,
  /** Rejects between two flushes; beyond it a flush is made early. */
  rejectsPerFlushBytesMax: 8 * MB,
  /** Rejects that one read may bring on top; beyond it they are counted but not kept, and that is said. */
  rejectsHeldBytesMax: 64 * MB,
  /** Partials between two flushes, all sketches together; beyond it a flush is made early. */
  partialsPerFlushBytesMax: 64 * MB,
  /** Windows touched between two commits; beyond it a commit is made early. */
  touchedWindowsPerCommitMax: 2_000,
  /** Rows of each size that one commit purges; the next one goes on. */
  purgedRowsPerCommitMax: 20_000,
  /** Live sketches between two commits, all tasks of a process together. */
  liveSketchBytesMax: 40 * MB,
  /** Changelog of one stage-2 task; a larger commit is followed by a longer pause. */
  stateBytesPerSecondMax: 4 * MB,
  /** Closing windows per commit. */
  closingBytesPerCommitMax: 4 * MB,
  /** Partitions of one input topic, and topics of one app; more are refused by name. */
  inputPartitionsMax: 65_536,
  inputTopicsMax: 10_000,
  /** Losses of input that an app remembers one by one; older ones are united. */
  lossSpansMax: 64,
  /** One Fetch response, all partitions together. */
  fetchBytesMax: 8 * MB,
  /** One partition in a Fetch response. */
  fetchPartitionBytesMax: 1 * MB,
  /** A single record batch larger than this is refused by name. */
  batchBytesMax: 64 * MB,
  /** A batch that decompresses to more than this is refused by name. */
  batchInflatedBytesMax: 256 * MB,
  /** Addresses that fetched bytes and a kernel share; memory only where they are used. Beyond it bytes are copied. */
  arenaBytes: 128 * MB,
  /** A batch that unpacks to more gets memory of its own. */
  keptUnpackedBytesMax: 16 * MB,
  /** Commit metadata of the broker, `offset.metadata.max.bytes`. */
  commitMetadataCharactersMax: 4_096,
  /** Time from the first attempt to reach a broker to the error that names it. */
  connectMsMax: 4_000,
  /** One Produce request, all partitions together; what exceeds it leaves in the next. */
  produceRequestBytesMax: 16 * MB,
  /** Bytes of frames that `produce` holds while a broker is away. */
  produceBufferBytesMax: 64 * MB
})

assert(limits.rejectBytesMax <= limits.recordBytesMax, 'a reject fits in a record')
assert(limits.exactChunkBytesMax <= limits.recordBytesMax, 'a chunk fits in a record')
assert(limits.frameBytesMax <= limits.batchBytesMax, 'a frame fits in a batch')
assert(limits.exactEntriesMax * 9 < limits.sketchFileBytesMax, 'an exact set fits in a file')
