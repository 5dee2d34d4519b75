/** Starts and queries the process that is measured, which has HTTP ports and answers questions about itself. */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Limits, SamlPeer } from "./usher-process.js";

/** Questions to the process, with the types of their answers. */
interface Questions {
  /** CPU time since the process began, all threads, in microseconds. */
  readonly cpu: { readonly data: null; readonly answer: number };
  readonly watch: { readonly data: null; readonly answer: null };
  /** The longest time for which the event loop was blocked since `watch`, in milliseconds. */
  readonly stall: { readonly data: null; readonly answer: number };
  /** Starts the limit on a copy of Usher's database. Answers its port. */
  readonly limit: { readonly data: Limits; readonly answer: number };
  /** Starts the limit of SCIM. Answers its port. */
  readonly "scim-limit": { readonly data: null; readonly answer: number };
  /** Verifies responses with node-saml alone. Answers the CPU time for one, in microseconds. */
  readonly "node-saml": { readonly data: SamlPeer; readonly answer: number };
  readonly stop: { readonly data: null; readonly answer: null };
}

export interface MeasuredProcess {
  readonly url: string;
  readonly ask: <Name extends keyof Questions>(
    name: Name,
    ...data: Questions[Name]["data"] extends null ? [] : [Questions[Name]["data"]]
  ) => Promise<Questions[Name]["answer"]>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Usher, with SAML verified in place or in worker threads, as `validation` says.
 *
 * @param options.databaseUrl a file in a temporary folder when left out
 * @param options.rateLimits "on" when left out
 */
export async function startMeasured(
  validation: "inline" | "threads",
  allowedHosts: string,
  { databaseUrl = "", rateLimits = "on" }: { readonly databaseUrl?: string; readonly rateLimits?: "on" | "off" } = {},
): Promise<MeasuredProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL("./usher-process.js", import.meta.url)), [
    validation,
    allowedHosts,
    databaseUrl,
    rateLimits,
  ]);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the measured process ended before it was ready")));
    child.on("message", ({ id, answer }: { id: number; answer: unknown }) => {
      if (id === 0) resolve(answer as string);
      else waiting.get(id)?.(answer);
      waiting.delete(id);
    });
  });
  const ask = (name: string, data: unknown = null) =>
    new Promise<never>((resolve) => {
      asked += 1;
      waiting.set(asked, resolve as (answer: unknown) => void);
      child.send({ id: asked, name, data });
    });
  return {
    url,
    ask: ask as MeasuredProcess["ask"],
    stop: async () => {
      await ask("stop");
      await ended;
    },
  };
}
