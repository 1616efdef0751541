import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Where Kafka's own producer puts keys: prints a line a key, in hexadecimal ("-" is the empty one), and its partition of each
 * count of partitions. {@code partitionForKey} is what {@code KafkaProducer} calls where no partitioner is configured.
 *
 * <pre>
 * java -cp 'JARS/*' Partitions.java KEYS COUNT...       the keys of a file, one a line, in hexadecimal
 * java -cp 'JARS/*' Partitions.java --random N COUNT... N keys of 0 to 40 bytes, the same each time
 * </pre>
 */
public final class Partitions {
    public static void main(String[] arguments) throws Exception {
        boolean random = arguments[0].equals("--random");
        List<byte[]> keys = random ? randomKeys(Integer.parseInt(arguments[1])) : keysOf(Path.of(arguments[0]));
        StringBuilder lines = new StringBuilder();
        for (byte[] key : keys) {
            lines.append(key.length == 0 ? "-" : HexFormat.of().formatHex(key));
            for (int at = random ? 2 : 1; at < arguments.length; at++) {
                lines.append('\t').append(BuiltInPartitioner.partitionForKey(key, Integer.parseInt(arguments[at])));
            }
            lines.append('\n');
        }
        System.out.print(lines);
    }

    private static List<byte[]> keysOf(Path file) throws Exception {
        List<byte[]> keys = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            keys.add(line.equals("-") ? new byte[0] : HexFormat.of().parseHex(line));
        }
        return keys;
    }

    private static List<byte[]> randomKeys(int count) {
        Random random = new Random(20261126);
        List<byte[]> keys = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            byte[] key = new byte[random.nextInt(41)];
            random.nextBytes(key);
            keys.add(key);
        }
        return keys;
    }
}
