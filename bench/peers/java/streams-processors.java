import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Users per minute with the Processor API of Kafka Streams, tuned by hand: each partition keeps sketches as objects
 * and sends them on every few seconds, a second step unites them in a store. It commits right after it has sent, so
 * that a crash loses nothing; a partition that is given back loses what it held. We do not hold that against it.
 *
 * <pre>StreamsProcessors BROKERS TOPIC APP FRAMES</pre>
 */
final class StreamsProcessors {
  private static final Duration FLUSH = Duration.ofSeconds(5);
  private static final String STORE = "counts";

  private static final class Combine implements Processor<byte[], StreamsRun.Frame, Long, MinuteCounts.Minute> {
    private final MinuteCounts counts = new MinuteCounts();
    private ProcessorContext<Long, MinuteCounts.Minute> context;

    @Override
    public void init(ProcessorContext<Long, MinuteCounts.Minute> context) {
      this.context = context;
      context.schedule(FLUSH, PunctuationType.WALL_CLOCK_TIME, this::flush);
    }

    @Override
    public void process(Record<byte[], StreamsRun.Frame> record) {
      counts.count(record.value().time(), ByteBuffer.wrap(record.value().user()));
    }

    private void flush(long now) {
      if (counts.minutes().isEmpty()) return;
      counts.minutes().forEach((number, minute) ->
          context.forward(new Record<>(number, minute, number * StreamsRun.MINUTE_MS)));
      counts.clear();
      context.commit();
    }
  }

  private static final class Merge implements Processor<Long, MinuteCounts.Minute, Void, Void> {
    private final StreamsRun run;
    private KeyValueStore<Long, MinuteCounts.Minute> store;

    Merge(StreamsRun run) {
      this.run = run;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<Long, MinuteCounts.Minute> record) {
      MinuteCounts.Minute held = store.get(record.key());
      MinuteCounts.Minute united = held == null ? record.value() : held.with(record.value());
      store.put(record.key(), united);
      run.answer(record.key(), united);
      run.counted(record.value().frames);
    }
  }

  public static void main(String[] args) throws Exception {
    StreamsRun run = new StreamsRun(args);
    run.builder.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STORE), Serdes.Long(), StreamsRun.minuteSerde())
            .withCachingEnabled());
    run.frames()
        .process(Combine::new)
        .repartition(Repartitioned.<Long, MinuteCounts.Minute>as("minutes")
            .withKeySerde(Serdes.Long()).withValueSerde(StreamsRun.minuteSerde()))
        .process(() -> new Merge(run), STORE);
    Properties settings = new Properties();
    // Only a flush commits.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Long.toString(Duration.ofDays(1).toMillis()));
    run.run(settings);
  }
}
