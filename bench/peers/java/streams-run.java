import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.datasketches.hll.HllSketch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** What both programs with Kafka Streams share: frames in, an end when all are counted, the answer. */
final class StreamsRun {
  static final long MINUTE_MS = 60_000;

  record Frame(long time, byte[] user) {}

  final StreamsBuilder builder = new StreamsBuilder();
  private final Map<Long, MinuteCounts.Answer> answers = new HashMap<>();
  private final CompletableFuture<Void> all = new CompletableFuture<>();
  private final String[] args;
  private long left;

  /** BROKERS TOPIC APP FRAMES */
  StreamsRun(String[] args) {
    this.args = args;
    left = Long.parseLong(args[3]);
  }

  /** The frames with their event time. */
  KStream<byte[], Frame> frames() {
    FrameReader reader = new FrameReader();
    Serde<Frame> serde =
        Serdes.serdeFrom(
            (topic, frame) -> {
              throw new UnsupportedOperationException();
            },
            (topic, bytes) -> {
              reader.read(bytes, 0, bytes.length);
              byte[] user = new byte[reader.user.remaining()];
              reader.user.get(user);
              return new Frame(reader.time, user);
            });
    TimestampExtractor byFrame =
        (ConsumerRecord<Object, Object> record, long clock) -> ((Frame) record.value()).time() * 1_000;
    return builder.stream(
        args[1], Consumed.with(Serdes.ByteArray(), serde).withTimestampExtractor(byFrame));
  }

  /** Frames that reached their sketch. */
  void counted(long frames) {
    left -= frames;
    if (left == 0) all.complete(null);
  }

  void answer(long minute, MinuteCounts.Minute counts) {
    answers.put(minute, new MinuteCounts.Answer(counts.users.getEstimate(), counts.frames));
  }

  /** Runs until all frames are counted, and prints the answer. */
  void run(Properties more) throws Exception {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[2]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, Files.createTempDirectory("bench-streams-").toString());
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
    settings.put(StreamsConfig.producerPrefix("linger.ms"), "100");
    settings.put(StreamsConfig.producerPrefix("batch.size"), Integer.toString(200_000));
    settings.put(StreamsConfig.consumerPrefix("max.partition.fetch.bytes"), Integer.toString(4 << 20));
    settings.put(StreamsConfig.consumerPrefix("max.poll.records"), "10000");
    settings.putAll(more);
    try (KafkaStreams streams = new KafkaStreams(builder.build(settings), settings)) {
      streams.setUncaughtExceptionHandler(
          problem -> {
            all.completeExceptionally(problem);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
          });
      streams.start();
      all.get(1, TimeUnit.HOURS);
      // Caches are flushed on the way: only then are all answers there.
      if (!streams.close(Duration.ofMinutes(2))) throw new IOException("Kafka Streams does not stop");
      streams.cleanUp();
    }
    System.out.println(MinuteCounts.lineOf(answers));
  }

  /** Eight bytes of frames, then DataSketches' own format. */
  static Serde<MinuteCounts.Minute> minuteSerde() {
    return Serdes.serdeFrom(
        (topic, minute) -> {
          if (minute == null) return null;
          byte[] sketch = minute.users.toUpdatableByteArray();
          return ByteBuffer.allocate(8 + sketch.length).putLong(minute.frames).put(sketch).array();
        },
        (topic, bytes) -> {
          if (bytes == null) return null;
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          long frames = buffer.getLong();
          byte[] sketch = new byte[buffer.remaining()];
          buffer.get(sketch);
          return new MinuteCounts.Minute(HllSketch.heapify(sketch), frames);
        });
  }
}
