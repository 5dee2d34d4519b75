/** Asks the DNS for TXT records (RFC 1035, 3.3.14). */
import { Resolver } from "node:dns/promises";

/** Resolves a name to its TXT records, each as the strings that it consists of; rejects as `dns.resolveTxt` does. */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>;

const ATTEMPT_MILLISECONDS = 2_000;
const ATTEMPTS = 2;
/** However many servers the machine knows. */
const LIMIT_MILLISECONDS = 8_000;

/** The machine's own resolver, with a limit of eight seconds. */
export const systemResolveTxt: ResolveTxt = async (name) => {
  const resolver = new Resolver({ timeout: ATTEMPT_MILLISECONDS, tries: ATTEMPTS });
  const timer = setTimeout(() => resolver.cancel(), LIMIT_MILLISECONDS);
  try {
    return await resolver.resolveTxt(name);
  } finally {
    clearTimeout(timer);
  }
};

/** What was found at a name; `problem` says why nothing could be found out. */
export interface FoundTxt {
  readonly values: readonly string[];
  readonly problem: string | null;
}

/** More than anybody looks at; the rest of a hostile answer is left out. */
const MOST_VALUES = 20;

/** Looks up the TXT records of a name. That there is none is an answer; that nobody answered is a problem. */
export async function findTxt(resolveTxt: ResolveTxt, name: string): Promise<FoundTxt> {
  try {
    const records = await resolveTxt(name);
    return { values: records.map((strings) => strings.join("")), problem: null };
  } catch (error) {
    const { code = "unknown" } = error as { readonly code?: string };
    if (code === "ENODATA" || code === "ENOTFOUND") return { values: [], problem: null };
    return { values: [], problem: `The DNS did not answer (${code}).` };
  }
}

/** What was found, short enough to be shown. */
export function abbreviate(values: readonly string[]): readonly string[] {
  return values.slice(0, MOST_VALUES).map((value) => value.slice(0, 200));
}
