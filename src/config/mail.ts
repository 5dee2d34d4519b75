/** The mail server and the sender of mail: `SMTP_URL` and `USHER_MAIL_FROM`. */
import { isIP } from "node:net";
import { isLoopbackHost } from "./hosts.js";

/** The server through which Usher sends mail. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /**
   * `TLS` encrypts from the first byte. `STARTTLS` sends no mail if the server does not offer STARTTLS. `NONE` does not
   * encrypt.
   */
  readonly encryption: "TLS" | "STARTTLS" | "NONE";
  /** `null` if the server requires none. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
}

export interface MailSender {
  readonly name: string;
  readonly address: string;
  /** The base URL of this installation. Only its addresses become links in HTML. */
  readonly publicUrl: string;
}

export interface MailConfiguration {
  /** `null` writes messages to the data folder. */
  readonly server: MailServer | null;
  readonly sender: MailSender;
}

type Wrong = (name: string, sentence: string) => void;

/** The ports for message submission: RFC 8314 3.3 with TLS, RFC 6409 with STARTTLS. */
const TLS_PORT = 465;
const STARTTLS_PORT = 587;

/**
 * Reads the two variables. Messages about mistakes leave out the value, because it may hold a password.
 *
 * @param publicUrl the base URL of this installation; its host is the default domain of the sender
 */
export function readMailConfiguration(
  { server, sender }: { readonly server: string | null; readonly sender: string | null },
  publicUrl: string,
  wrong: Wrong,
): MailConfiguration {
  return {
    server: server === null ? null : readServer(server, (sentence) => wrong("SMTP_URL", sentence)),
    sender: { ...(sender === null ? defaultSender(publicUrl) : readSender(sender, wrong)), publicUrl },
  };
}

function readServer(text: string, wrong: (sentence: string) => void): MailServer | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^smtps?:$/.test(url.protocol) || !/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i.test(url.hostname)) {
    wrong("must be an address such as smtps://USER:PASSWORD@smtp.example.com, with special characters encoded.");
    return null;
  }
  if (!/^\/?$/.test(url.pathname) || url.hash !== "" || !/^(\?tls=(true|false))?$/.test(url.search)) {
    wrong("must end after the host and port, or with ?tls=true or ?tls=false.");
    return null;
  }
  const isTlsAtOnce = url.protocol === "smtps:";
  const tls = url.searchParams.get("tls") ?? (isTlsAtOnce || !isLoopbackHost(url.hostname) ? "true" : "false");
  if (isTlsAtOnce && tls === "false") {
    wrong("must not say ?tls=false with smtps://, which is always TLS; begin with smtp:// instead.");
    return null;
  }
  const credentials = readCredentials(url);
  if (credentials === "WRONG") {
    wrong("must name both a user and a password, or neither, with special characters percent-encoded.");
    return null;
  }
  if (credentials !== null && tls === "false" && !isLoopbackHost(url.hostname)) {
    wrong("must not say ?tls=false with a password, which would cross the network unencrypted.");
    return null;
  }
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ""),
    port: url.port === "" ? (isTlsAtOnce ? TLS_PORT : STARTTLS_PORT) : Number(url.port),
    encryption: isTlsAtOnce ? "TLS" : tls === "true" ? "STARTTLS" : "NONE",
    credentials,
  };
}

function readCredentials({ username, password }: URL): MailServer["credentials"] | "WRONG" {
  if (username === "" && password === "") return null;
  if (username === "" || password === "") return "WRONG";
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return "WRONG";
  }
}

const NAME = "Usher";

function defaultSender(publicUrl: string): Omit<MailSender, "publicUrl"> {
  const host = URL.canParse(publicUrl) ? new URL(publicUrl).hostname.replaceAll(/[[\]]/g, "") : "localhost";
  return { name: NAME, address: `no-reply@${isIP(host) === 0 ? host : "localhost"}` };
}

function readSender(text: string, wrong: Wrong): Omit<MailSender, "publicUrl"> {
  const [, name = "", inBrackets] = /^([^<>"\p{C}]*)<([^<>]*)>$/u.exec(text) ?? [];
  const sender = { name: name.trim() || NAME, address: inBrackets ?? text };
  if (!isMailAddress(sender.address))
    wrong("USHER_MAIL_FROM", 'must be an address such as usher@example.com or "Acme sign-in <usher@example.com>".');
  return sender;
}

/** Whether a text is an address without a name. */
export function isMailAddress(text: string): boolean {
  return /^[^\s@"<>(),:;\\[\]\p{C}]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*$/iu.test(text);
}
