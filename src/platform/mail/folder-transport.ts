/** Writes messages to files when no mail server is configured. */
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { MailSender } from "../../config/mail.js";
import { composeMail } from "./compose.js";
import { cutText } from "../text.js";
import { toOneLine } from "./mail-text.js";
import type { DueMail } from "./outbox.js";
import type { Delivery, MailTransport } from "./transport.js";

/** Makes the transport. A message that is written again replaces its file. */
export function createFolderTransport(folder: string, sender: MailSender): MailTransport {
  return {
    deliver: async (mail): Promise<Delivery> => {
      try {
        const file = join(folder, nameFile(mail));
        await writeWhole(file, await render(mail, sender), folder);
        return { kind: "DELIVERED", details: { file } };
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return {
          kind: "FAILED",
          error: cutText(toOneLine(message), 500),
          details: { reason: code ?? "UNKNOWN", folder },
          blame: "SERVER",
        };
      }
    },
    close: () => {},
  };
}

/** `2026-11-23T09-15-04.120Z-ID.eml`: sorts by time, and is valid on every file system. */
function nameFile({ createdAt, id }: DueMail): string {
  return `${createdAt.toISOString().replaceAll(":", "-")}-${id}.eml`;
}

async function render(mail: DueMail, sender: MailSender): Promise<Buffer> {
  const { createTransport } = await import("nodemailer");
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  const { message } = await transporter.sendMail(composeMail(mail, sender));
  return message as Buffer;
}

/** Writes a file that only its owner may read, and that appears under its name only when it is complete. */
async function writeWhole(file: string, content: Buffer, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, "w", 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
