package org.estafette.actor.join;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A name server that knows the SRV records of one name; of others it knows that there are none. */
final class FakeDns implements AutoCloseable {
  private final DatagramSocket socket;

  private FakeDns(DatagramSocket socket) {
    this.socket = socket;
  }

  static FakeDns start(String name, List<HostPort> records) throws IOException {
    FakeDns dns = new FakeDns(new DatagramSocket(0, InetAddress.getByName("127.0.0.1")));
    Thread.ofPlatform().daemon().name("fake-dns").start(() -> dns.serve(name, records));
    return dns;
  }

  int port() {
    return socket.getLocalPort();
  }

  private void serve(String name, List<HostPort> records) {
    byte[] buffer = new byte[1500];
    while (!socket.isClosed()) {
      try {
        DatagramPacket question = new DatagramPacket(buffer, buffer.length);
        socket.receive(question);
        byte[] answer = answer(Arrays.copyOf(buffer, question.getLength()), name, records);
        socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      } catch (SocketException e) {
        return;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static byte[] answer(byte[] question, String name, List<HostPort> records)
      throws IOException {
    int end = 12;
    StringBuilder asked = new StringBuilder();
    while (question[end] != 0) {
      asked
          .append(asked.isEmpty() ? "" : ".")
          .append(new String(question, end + 1, question[end], StandardCharsets.US_ASCII));
      end += question[end] + 1;
    }
    end += 5; // The zero, type and class.
    boolean known = name.contentEquals(asked);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(known ? 0x8580 : 0x8583); // No such name.
    out.writeShort(1);
    out.writeShort(known ? records.size() : 0);
    out.writeInt(0);
    out.write(question, 12, end - 12);
    for (HostPort record : known ? records : List.<HostPort>of()) {
      byte[] target = encoded(record.host());
      out.writeShort(0xC00C); // The name that was asked for.
      out.writeShort(33);
      out.writeShort(1);
      out.writeInt(60);
      out.writeShort(6 + target.length);
      out.writeInt(0); // Priority and weight.
      out.writeShort(record.port());
      out.write(target);
    }
    return bytes.toByteArray();
  }

  private static byte[] encoded(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String label : name.split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.write(0);
    return out.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
