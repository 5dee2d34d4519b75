/** Explains why an attempt to send failed, and whether it would fail for other messages. */
import type { NodemailerError } from "nodemailer";
import type { MailServer } from "../../config/mail.js";
import { redactText } from "../telemetry/redaction.js";
import { cutText } from "../text.js";
import { toOneLine } from "./mail-text.js";
import type { Delivery } from "./transport.js";

type Failed = Extract<Delivery, { kind: "FAILED" }>;

const LONGEST_ERROR = 500;

/**
 * Explains a failure. The server's answer is stored with the message and not logged: a spam filter may quote the
 * message's text in it.
 */
export function explainSmtpFailure(error: unknown, server: MailServer): Failed {
  const failure: NodemailerError = error instanceof Error ? error : new Error(String(error));
  const { response, responseCode, command } = failure;
  const said = response === undefined ? failure.message : `The server answered ${response}`;
  return {
    kind: "FAILED",
    error: cutText(toOneLine(redactText(withoutPassword(said, server))), LONGEST_ERROR),
    details: {
      reason: failure.code ?? failure.name,
      server: `${server.host}:${server.port}`,
      ...(responseCode === undefined ? {} : { smtpStatus: responseCode }),
      ...(command === undefined ? {} : { command: command.split(" ")[0] ?? "" }),
    },
    blame: findBlame(failure),
  };
}

function findBlame({ code, command, responseCode, response }: NodemailerError): Failed["blame"] {
  // A server that closes (421), or that refuses our sender address, refuses every message.
  if (responseCode === 421 || command === "MAIL FROM") return "SERVER";
  if (command === "RCPT TO" && responseCode !== undefined && responseCode >= 500)
    // RFC 3463 3.8: X.7.X is a refusal by policy, such as relaying, which an operator can fix.
    return /^5\d\d[ -]5\.7\./.test(response ?? "") ? "MESSAGE" : "ADDRESS";
  return code === "EENVELOPE" || code === "EMESSAGE" || code === "EABORT" ? "MESSAGE" : "SERVER";
}

function withoutPassword(text: string, { credentials }: MailServer): string {
  return credentials === null ? text : text.replaceAll(credentials.password, "…");
}
