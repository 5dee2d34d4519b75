/** Looks up TXT records in the DNS (RFC 1035, 3.3.14). */
import { Resolver } from "node:dns/promises";

/** Resolves a name to its TXT records, each as a list of strings. Rejects like `dns.resolveTxt`. */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>;

const ATTEMPT_MILLISECONDS = 2_000;
const ATTEMPTS = 2;
/** For all name servers together. */
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

/** The records of a name; `problem` is the reason if the look-up failed. */
export interface FoundTxt {
  readonly values: readonly string[];
  readonly problem: string | null;
}

/** The most values to show. A hostile DNS server may send many more. */
const MOST_VALUES = 20;

/** Looks up the TXT records of a name. A name without records is a result, not a problem. */
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

/** The found values, short enough to show. */
export function abbreviate(values: readonly string[]): readonly string[] {
  return values.slice(0, MOST_VALUES).map((value) => value.slice(0, 200));
}
