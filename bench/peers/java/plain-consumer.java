import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Users per minute with nothing but Kafka's consumer, Jackson and DataSketches, as somebody who knows all three
 * writes it: no group to join, large fetches, and frames counted where the client deserializes them, in the bytes
 * that it received, so that no value is copied.
 *
 * <pre>PlainConsumer BROKERS TOPIC</pre>
 */
final class PlainConsumer {
  private static final Duration SILENCE_MAX = Duration.ofMinutes(1);

  private static final class Counter implements Deserializer<Void> {
    final MinuteCounts counts = new MinuteCounts();
    private final FrameReader frame = new FrameReader();

    @Override
    public Void deserialize(String topic, Headers headers, ByteBuffer value) {
      frame.read(value);
      counts.count(frame.time, frame.user);
      return null;
    }

    @Override
    public Void deserialize(String topic, byte[] value) {
      return deserialize(topic, null, ByteBuffer.wrap(value));
    }
  }

  /** Passes over the record keys. */
  private static final class Nothing implements Deserializer<Void> {
    @Override
    public Void deserialize(String topic, Headers headers, ByteBuffer value) {
      return null;
    }

    @Override
    public Void deserialize(String topic, byte[] value) {
      return null;
    }
  }

  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "50000");
    settings.put("max.partition.fetch.bytes", Integer.toString(4 << 20));
    settings.put("fetch.min.bytes", Integer.toString(1 << 20));
    settings.put("receive.buffer.bytes", Integer.toString(2 << 20));
    Counter counter = new Counter();
    try (KafkaConsumer<Void, Void> consumer = new KafkaConsumer<>(settings, new Nothing(), counter)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(args[1]).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .collect(Collectors.toList());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        if (consumer.poll(SILENCE_MAX).isEmpty()) throw new IllegalStateException("no more records come");
      }
    }
    System.out.println(counter.counts.line());
  }
}
