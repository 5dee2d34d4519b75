/** A stored message in the mail library's form (RFC 5322): plain text and HTML in UTF-8, the same at every attempt. */
import type { SendMailOptions } from "nodemailer";
import type { MailSender } from "../../config/mail.js";
import type { DueMail } from "./outbox.js";
import { writeHtml } from "./write-html.js";

/** Composes a message. Addresses are objects, so that the library does not parse a second address out of a text. */
export function composeMail(
  { id, recipient, subject, body, heading, createdAt }: DueMail,
  { name, address, publicUrl }: MailSender,
): SendMailOptions {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return {
    envelope: { from: address, to: [recipient] },
    from: { name, address },
    to: { name: "", address: recipient },
    subject,
    // RFC 2046 4.1.1: lines end with CRLF, inside base64 too.
    text: body.replaceAll("\n", "\r\n"),
    html: writeHtml({ subject, body, heading: heading ?? name }, publicUrl).replaceAll(/\r?\n/g, "\r\n"),
    baseBoundary: id,
    date: createdAt,
    messageId: `<${id}@${domain}>`,
    // RFC 3834 5.1: asks vacation responders not to answer.
    headers: { "Auto-Submitted": "auto-generated" },
    xMailer: false,
    // Without these two, the library would read a body from a path or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
