/** Debian's Chromium, driven by playwright-core, with nothing that reaches beyond this machine. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PROGRAM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Host names that lead to this machine: sites of their own, as browsers tell sites apart. */
export const HOSTS = { evil: "evil.example", usher: "usher.example" } as const;

/** Starts a browser. Each test takes a context of its own, which is a new profile. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(PROGRAM))
    throw new Error(`There is no browser at ${PROGRAM}. On Debian: apt-get install chromium. CHROMIUM names another.`);
  return await chromium.launch({
    executablePath: PROGRAM,
    args: [
      // Debian's sandbox does not start as root, as in containers; the pages here are our own.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=${Object.values(HOSTS)
        .map((host) => `MAP ${host} 127.0.0.1`)
        .join(", ")}`,
    ],
  });
}
