/** Debian's Chromium, driven by playwright-core. It reaches this machine only. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PROGRAM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Host names of this machine that are different sites for a browser. */
export const HOSTS = { evil: "evil.example", usher: "usher.example" } as const;

/** Starts a browser. Each test opens its own context, which is a new profile. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(PROGRAM))
    throw new Error(`There is no browser at ${PROGRAM}. On Debian: apt-get install chromium. CHROMIUM names another.`);
  return await chromium.launch({
    executablePath: PROGRAM,
    args: [
      // Debian's sandbox does not start if root starts it, as in containers. All visited pages belong to this project.
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
