// Where sarama puts keys: its default partitioner, asked for each key of a file.
//
//	go run . KEYS COUNT...
//
// KEYS has a key a line, in hexadecimal ("-" is the empty one). Prints each key with its partition of each count.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/IBM/sarama"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	// What a producer takes where nothing else is configured.
	partitioner := sarama.NewConfig().Producer.Partitioner("topic")
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		key := []byte{}
		if lines.Text() != "-" {
			if key, err = hex.DecodeString(lines.Text()); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Print(lines.Text())
		for _, argument := range os.Args[2:] {
			count, err := strconv.Atoi(argument)
			if err != nil {
				log.Fatal(err)
			}
			partition, err := partitioner.Partition(&sarama.ProducerMessage{Key: sarama.ByteEncoder(key)}, int32(count))
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("\t%d", partition)
		}
		fmt.Println()
	}
}
