/** Sends messages to a mail server (RFC 5321), encrypted as `SMTP_URL` says. */
import type { Transporter } from "nodemailer";
import type { MailSender, MailServer } from "../../config/mail.js";
import { composeMail } from "./compose.js";
import { explainSmtpFailure } from "./explain-smtp-failure.js";
import type { MailTransport } from "./transport.js";

const CONNECT_WITHIN_MILLISECONDS = 10_000;
const ANSWER_WITHIN_MILLISECONDS = 20_000;
/** Shorter than the idle limit of servers, so that a server does not close a connection when a message begins. */
const IDLE_MILLISECONDS = 10_000;

/** Makes the transport. The first message loads the mail library and connects. */
export function createSmtpTransport(server: MailServer, sender: MailSender, connections: number): MailTransport {
  let opening: Promise<Transporter> | null = null;
  let closed = false;
  const open = async () => (opening ??= openTransporter(server, connections));
  return {
    deliver: async (mail, signal) => {
      try {
        if (closed) throw new Error("The connection to the mail server was closed.");
        const transporter = await open();
        await transporter.sendMail({ ...composeMail(mail, sender), signal });
        return { kind: "DELIVERED", details: {} };
      } catch (error) {
        return explainSmtpFailure(error, server);
      }
    },
    close: () => {
      closed = true;
      void opening?.then((transporter) => transporter.close());
    },
  };
}

async function openTransporter(server: MailServer, connections: number): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const { host, port, encryption, credentials } = server;
  return createTransport({
    pool: true,
    maxConnections: connections,
    // The outbox retries, and counts the attempts.
    maxRequeues: 0,
    idleTimeout: IDLE_MILLISECONDS,
    host,
    port,
    secure: encryption === "TLS",
    requireTLS: encryption === "STARTTLS",
    ignoreTLS: encryption === "NONE",
    opportunisticTLS: false,
    tls: { rejectUnauthorized: true, minVersion: "TLSv1.2" },
    ...(credentials === null ? {} : { auth: { user: credentials.user, pass: credentials.password } }),
    dnsTimeout: CONNECT_WITHIN_MILLISECONDS,
    connectionTimeout: CONNECT_WITHIN_MILLISECONDS,
    greetingTimeout: CONNECT_WITHIN_MILLISECONDS,
    socketTimeout: ANSWER_WITHIN_MILLISECONDS,
    logger: false,
  });
}
