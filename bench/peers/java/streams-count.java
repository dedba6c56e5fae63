import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;

/**
 * Users per minute with the DSL of Kafka Streams: users go through a repartition topic to a windowed aggregate that
 * holds a sketch. At least once, stores in memory with their changelog, a day of grace so that a replay loses nothing.
 *
 * <pre>StreamsCount BROKERS TOPIC APP FRAMES</pre>
 */
final class StreamsCount {
  public static void main(String[] args) throws Exception {
    StreamsRun run = new StreamsRun(args);
    Duration minute = Duration.ofMillis(StreamsRun.MINUTE_MS);
    TimeWindows windows = TimeWindows.ofSizeAndGrace(minute, Duration.ofDays(1));
    Duration retention = Duration.ofDays(1).plus(minute);
    run.frames()
        .map((key, frame) -> KeyValue.pair("all", frame.user()))
        .groupByKey(Grouped.with("minutes", Serdes.String(), Serdes.ByteArray()))
        .windowedBy(windows)
        .aggregate(
            MinuteCounts.Minute::new,
            (key, user, counts) -> {
              counts.add(ByteBuffer.wrap(user));
              run.counted(1);
              return counts;
            },
            Materialized.<String, MinuteCounts.Minute>as(
                    Stores.inMemoryWindowStore("counts", retention, minute, false))
                .withKeySerde(Serdes.String())
                .withValueSerde(StreamsRun.minuteSerde()))
        .toStream()
        .foreach((window, counts) -> run.answer(window.window().start() / StreamsRun.MINUTE_MS, counts));
    run.run(new Properties());
  }
}
