package landbridge.client;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.net.SocketFactory;

/** Sockets that reach virtual hosts through the SOCKS5 door, with method 0x80: token and location id. */
final class Socks5Factory extends SocketFactory {
  private final InetSocketAddress door;
  private final byte[] token;
  private final byte[] location;

  Socks5Factory(final String host, final int port, final String token, final String locationId) {
    this.door = new InetSocketAddress(host, port);
    this.token = token.getBytes(StandardCharsets.US_ASCII);
    this.location = Base64.getEncoder().encode(locationId.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public void connect(final SocketAddress target, final int timeout) throws IOException {
        super.connect(door, timeout);
        shakeHands(this, (InetSocketAddress) target);
      }
    };
  }

  @Override
  public Socket createSocket(final String host, final int port) throws IOException {
    final Socket socket = createSocket();
    socket.connect(InetSocketAddress.createUnresolved(host, port), 0);
    return socket;
  }

  @Override
  public Socket createSocket(final String host, final int port, final InetAddress local, final int localPort)
      throws IOException {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(final InetAddress host, final int port) throws IOException {
    throw new UnknownHostException("virtual hosts have no address");
  }

  @Override
  public Socket createSocket(final InetAddress host, final int port, final InetAddress local, final int localPort)
      throws IOException {
    throw new UnknownHostException("virtual hosts have no address");
  }

  private void shakeHands(final Socket socket, final InetSocketAddress target) throws IOException {
    final DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    final DataInputStream in = new DataInputStream(socket.getInputStream());
    out.write(new byte[] {5, 1, (byte) 0x80});
    expect(in, 5, 0x80);
    out.writeByte(1);
    out.writeInt(token.length);
    out.write(token);
    out.writeByte(location.length);
    out.write(location);
    expect(in, 1, 0);
    final byte[] host = target.getHostString().getBytes(StandardCharsets.US_ASCII);
    out.write(new byte[] {5, 1, 0, 3, (byte) host.length});
    out.write(host);
    out.writeShort(target.getPort());
    expect(in, 5, 0);
    in.readByte();
    final int rest = in.readByte() == 1 ? 4 : in.readUnsignedByte();
    in.readFully(new byte[rest + 2]);
  }

  private static void expect(final DataInputStream in, final int version, final int code) throws IOException {
    final int first = in.readUnsignedByte();
    final int second = in.readUnsignedByte();
    if (first != version || second != code) {
      throw new IOException("SOCKS5: " + first + " " + second);
    }
  }
}
