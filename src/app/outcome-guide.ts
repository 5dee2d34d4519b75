/** Writes the tables of outcomes into the guide to refused sign-ins, for `npm run guides`. */
import type { AnyConnectionType } from "../connection/contract/index.js";
import { PROVISIONING_FAILURES } from "../provisioning/failures.js";
import { SIGN_IN_FAILURES } from "../sign-in/failures.js";

export const OUTCOME_GUIDE = "docs/administrators/refusals.md";
const END = "<!-- /outcomes -->";

/** An outcome as the guide shows it. */
interface Outcome {
  readonly code: string;
  readonly message: string | ((data: never) => string);
  readonly remedy: string;
}

/** Replaces the tables between the marks of the guide: one for all protocols, and one for each of Usher's own types. */
export function fillOutcomes(guide: string, types: readonly AnyConnectionType[]): string {
  const refusalsOf = (type: AnyConnectionType | undefined): readonly Outcome[] =>
    Object.entries(type?.refusals ?? {}).map(([code, text]) => ({ code, ...text }));
  const shared = new Set(refusalsOf(types.find(({ id }) => id === "oidc")).map(({ code }) => code));
  const tables: Record<string, readonly Outcome[]> = { any: [...SIGN_IN_FAILURES, ...PROVISIONING_FAILURES] };
  for (const type of types)
    tables[type.id] = refusalsOf(type).filter(({ code }) => type.id === "oidc" || !shared.has(code));
  return guide.replaceAll(/(<!-- outcomes:([\w-]+) -->)[^]*?<!-- \/outcomes -->/g, (_, begin: string, name: string) => {
    const outcomes = tables[name];
    if (outcomes === undefined) throw new Error(`${OUTCOME_GUIDE} has ${begin}, but there is no such type.`);
    return `${begin}\n\n${writeTable(outcomes)}\n\n${END}`;
  });
}

function writeTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ code, message, remedy }) => {
    if (typeof message === "function") throw new Error(`The message of ${code} must be a text.`);
    return [`\`${code}\``, message, remedy].map(escapeCell);
  });
  return [["outcome", "what the person sees", "what to do"], ["---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
