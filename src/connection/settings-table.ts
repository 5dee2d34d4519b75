/** Makes the table of a type's settings for its guide from the declaration, so that the guide is always right. */
import type { AnyConnectionType, Setting } from "./contract/index.js";
import { settingsOf } from "./settings/stored-settings.js";

const HEAD = ["setting", "kind", "required", "default", "meaning"];

/** The settings of a type as a Markdown table. @internal */
export function settingsTable(type: AnyConnectionType): string {
  const rows = settingsOf(type).map(([name, setting]) => [
    code(name),
    setting.kind.toLowerCase(),
    describeNeed(setting),
    setting.default === null ? "" : code(JSON.stringify(setting.default)),
    describeMeaning(setting),
  ]);
  return [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`).join("\n");
}

function describeNeed({ required, requiredUnless: unless }: Setting): string {
  if (unless !== null) return `unless ${code(unless.setting)} is ${code(String(unless.value))}`;
  return required ? "yes" : "";
}

function describeMeaning(setting: Setting): string {
  const sentences = [`${setting.label}. ${setting.help}`];
  if (setting.options !== null)
    sentences.push(`${setting.kind === "CHOICES" ? "Some" : "One"} of ${setting.options.map(code).join(", ")}.`);
  if (setting.fixed) sentences.push("Cannot change once the connection has been active.");
  if (setting.kind === "SECRET") sentences.push("Encrypted at rest; answers never contain it.");
  if (setting.trust) sentences.push("A change ends the sessions of the connection.");
  return sentences.join(" ");
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
}

/**
 * Replaces the text between `<!-- settings:ID -->` and `<!-- /settings -->` in a guide with the table of the type's
 * settings. A guide may have tables of several types. A guide without these marks does not change.
 */
export function fillGuide(markdown: string, type: AnyConnectionType): string {
  const begin = `<!-- settings:${type.id} -->`;
  const end = "<!-- /settings -->";
  const from = markdown.indexOf(begin);
  if (from === -1) return markdown;
  const to = markdown.indexOf(end, from);
  if (to === -1) throw new Error(`${type.guide} has ${begin} without ${end}.`);
  return `${markdown.slice(0, from + begin.length)}\n\n${settingsTable(type)}\n\n${markdown.slice(to)}`;
}
