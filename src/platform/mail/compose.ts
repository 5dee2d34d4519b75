/** A stored message as the mail library takes it (RFC 5322): plain text in UTF-8, and the same each time it is sent. */
import type { SendMailOptions } from "nodemailer";
import type { MailSender } from "../../config/mail.js";
import type { DueMail } from "./outbox.js";

/** Composes a message. Addresses are given as objects, so that nothing in them is read as a second one. */
export function composeMail(
  { id, recipient, subject, body, createdAt }: DueMail,
  { name, address }: MailSender,
): SendMailOptions {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return {
    envelope: { from: address, to: [recipient] },
    from: { name, address },
    to: { name: "", address: recipient },
    subject,
    // RFC 2046 4.1.1: lines end so, also inside of base64.
    text: body.replaceAll("\n", "\r\n"),
    date: createdAt,
    messageId: `<${id}@${domain}>`,
    // RFC 3834 5.1: vacation notices and other robots are not to answer.
    headers: { "Auto-Submitted": "auto-generated" },
    xMailer: false,
    // A body is text, and never the name of a file or an address to read it from.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
