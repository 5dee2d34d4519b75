/**
 * A mail server for tests (RFC 5321) on node:net. It keeps accepted messages, refuses messages as the test defines, and can
 * delay its final reply. With a certificate it uses TLS, from the start or after STARTTLS.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createSecureContext, createServer as createTlsServer, TLSSocket, type SecureContext } from "node:tls";

/** An accepted message. */
interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** All values of each header field, unfolded, by the name in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The body as sent, still encoded. */
  readonly body: string;
  /** Whether the client sent it over TLS. */
  readonly encrypted: boolean;
  /** The user name with which the client authenticated; `null` if it did not. */
  readonly user: string | null;
}

/** Differences from a server that accepts everything. Tests change them at any time. */
interface SmtpBehaviour {
  /** The reply to RCPT TO; `null` accepts. */
  refuseRecipient: (address: string) => string | null;
  /** The reply to MAIL FROM; `null` accepts. */
  refuseSender: (address: string) => string | null;
  /** The reply to the end of the message; `null` accepts. */
  refuseMessage: (content: string) => string | null;
  /** Runs after a message is accepted, before the reply. */
  beforeAccepting: () => Promise<void>;
}

export interface SmtpServer {
  readonly port: number;
  /** The accepted messages, the oldest first. */
  readonly received: readonly ReceivedMail[];
  readonly behaviour: SmtpBehaviour;
  /** The number of connections. */
  readonly connections: () => number;
  /** Waits until the server has accepted this total number of messages. */
  readonly waitFor: (count: number) => Promise<readonly ReceivedMail[]>;
  readonly close: () => Promise<void>;
}

export interface SmtpServerOptions {
  /** 0 chooses a free port. */
  readonly port?: number;
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** When TLS starts. All values except `NEVER`, the default, need a certificate. */
  readonly tls?: "AT_ONCE" | "STARTTLS" | "NEVER";
  /** The only user who may send. If it is absent, clients need not authenticate. */
  readonly account?: { readonly user: string; readonly password: string };
}

/** Starts a server on 127.0.0.1. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const behaviour: SmtpBehaviour = {
    refuseRecipient: () => null,
    refuseSender: () => null,
    refuseMessage: () => null,
    beforeAccepting: async () => {},
  };
  const received: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  const take = (mail: ReceivedMail) => {
    received.push(mail);
    for (const look of waiting) look();
  };
  const { certificate, tls = "NEVER" } = options;
  const secureContext = certificate === undefined ? null : createSecureContext(certificate);
  const serve = (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    new Conversation(
      socket,
      tls === "STARTTLS" ? secureContext : null,
      options.account ?? null,
      behaviour,
      take,
    ).begin();
  };
  const server: Server = tls === "AT_ONCE" ? createTlsServer({ ...certificate }, serve) : createServer(serve);
  // A client that rejects the certificate closes the connection. Tests expect that.
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    received,
    behaviour,
    connections: () => connections,
    waitFor: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One connection, which handles one command after the other. */
class Conversation {
  #socket: Socket;
  #buffer = "";
  #content: string[] | null = null;
  #from = "";
  #to: string[] = [];
  #user: string | null = null;
  #encrypted: boolean;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    socket: Socket,
    private readonly startTls: SecureContext | null,
    private readonly account: SmtpServerOptions["account"] | null,
    private readonly behaviour: SmtpBehaviour,
    private readonly take: (mail: ReceivedMail) => void,
  ) {
    this.#socket = socket;
    this.#encrypted = socket instanceof TLSSocket;
  }

  begin(): void {
    this.#listen(this.#socket);
    this.#say("220 smtp.test ESMTP");
  }

  #listen(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.#buffer += text;
      this.#turn = this.#turn.then(() => this.#readLines());
    });
  }

  async #readLines(): Promise<void> {
    for (let end = this.#buffer.indexOf("\r\n"); end !== -1; end = this.#buffer.indexOf("\r\n")) {
      const line = this.#buffer.slice(0, end);
      this.#buffer = this.#buffer.slice(end + 2);
      if (this.#content === null) this.#obey(line);
      else if (line === ".") await this.#accept(this.#content);
      else this.#content.push(line.startsWith(".") ? line.slice(1) : line);
    }
  }

  #obey(line: string): void {
    const [verb = ""] = line.toUpperCase().split(/[ :]/);
    const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
    switch (verb) {
      case "EHLO": {
        const offers = [
          "smtp.test",
          "SMTPUTF8",
          ...(this.startTls !== null && !this.#encrypted ? ["STARTTLS"] : []),
          ...(this.account ? ["AUTH PLAIN"] : []),
        ];
        return this.#say(offers.map((offer, at) => `250${at === offers.length - 1 ? " " : "-"}${offer}`).join("\r\n"));
      }
      case "STARTTLS":
        return this.startTls === null ? this.#say("502 5.5.1 no TLS here") : this.#upgrade(this.startTls);
      case "AUTH": {
        const [, user = "", password = ""] = Buffer.from(line.split(" ")[2] ?? "", "base64")
          .toString()
          .split("\0");
        if (user !== this.account?.user || password !== this.account.password)
          return this.#say("535 5.7.8 these credentials are wrong");
        this.#user = user;
        return this.#say("235 2.7.0 welcome");
      }
      case "MAIL":
        if (this.account && this.#user === null) return this.#say("530 5.7.0 who are you?");
        this.#from = address;
        this.#to = [];
        return this.#say(this.behaviour.refuseSender(address) ?? "250 2.1.0 fine");
      case "RCPT": {
        const refusal = this.behaviour.refuseRecipient(address);
        if (refusal === null) this.#to.push(address);
        return this.#say(refusal ?? "250 2.1.5 fine");
      }
      case "DATA":
        if (this.#to.length === 0) return this.#say("554 5.5.1 no valid recipients");
        this.#content = [];
        return this.#say("354 go on");
      case "RSET":
      case "NOOP":
        return this.#say("250 2.0.0 fine");
      case "QUIT":
        this.#say("221 2.0.0 bye");
        this.#socket.end();
        return;
      default:
        return this.#say("500 5.5.2 what?");
    }
  }

  async #accept(lines: readonly string[]): Promise<void> {
    this.#content = null;
    const content = lines.join("\r\n");
    const refusal = this.behaviour.refuseMessage(content);
    if (refusal !== null) return this.#say(refusal);
    const end = content.indexOf("\r\n\r\n");
    this.take({
      from: this.#from,
      to: this.#to,
      headers: readHeaders(content.slice(0, end)),
      body: content.slice(end + 4),
      encrypted: this.#encrypted,
      user: this.#user,
    });
    await this.behaviour.beforeAccepting();
    this.#say("250 2.0.0 taken");
  }

  #upgrade(secureContext: SecureContext): void {
    this.#say("220 2.0.0 go on");
    this.#socket.removeAllListeners("data");
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext });
    this.#encrypted = true;
    this.#user = null;
    this.#listen(this.#socket);
  }

  #say(text: string): void {
    if (this.#socket.writable) this.#socket.write(`${text}\r\n`);
  }
}

/** The header of a message or of a file. Lines end with CRLF or LF. */
export function readHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of text.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return headers;
}
