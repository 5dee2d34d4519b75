/** Finds forms and links in server-rendered pages without scripts. */

/** One form of a page, with its initial values. */
export interface Form {
  /** Absolute. Defaults to the page's own address. */
  readonly action: URL;
  readonly method: "GET" | "POST";
  /** The values of inputs, text areas and selects, without buttons. */
  readonly fields: Readonly<Record<string, string>>;
  /** Buttons that have a name. */
  readonly buttons: readonly { readonly name: string; readonly value: string; readonly label: string }[];
  readonly html: string;
}

/** One link of a page. */
export interface Link {
  readonly href: URL;
  readonly label: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Replaces character references by their characters. */
function decodeHtml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name?.toLowerCase() ?? ""] ?? whole;
    },
  );
}

/** The visible text of HTML, with white space joined. */
export function readText(html: string): string {
  const visible = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
  return decodeHtml(visible).replace(/\s+/g, " ").trim();
}

/** The attributes of an opening tag, by lower-case name. */
function readAttributes(tag: string): Map<string, string> {
  const inside = tag.replace(/^<[^\s>]+/, "").replace(/\/?>$/, "");
  const pattern = /([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;
  return new Map(
    [...inside.matchAll(pattern)].map((match) => [
      (match[1] ?? "").toLowerCase(),
      decodeHtml(match[2] ?? match[3] ?? match[4] ?? ""),
    ]),
  );
}

/** A `>` inside quotes does not end a tag. */
const TAG_END = `(?:"[^"]*"|'[^']*'|[^'">])*>`;
const NO_BUTTON_TYPES = ["button", "reset", "image", "file"];

function readFields(html: string): Pick<Form, "fields" | "buttons"> {
  const fields: Record<string, string> = {};
  const buttons: { name: string; value: string; label: string }[] = [];
  for (const [tag] of html.matchAll(new RegExp(`<input\\b${TAG_END}`, "gi"))) {
    const attributes = readAttributes(tag);
    const name = attributes.get("name");
    const type = attributes.get("type")?.toLowerCase() ?? "text";
    if (!name || attributes.has("disabled") || NO_BUTTON_TYPES.includes(type)) continue;
    const value = attributes.get("value") ?? (type === "checkbox" || type === "radio" ? "on" : "");
    if (type === "submit") buttons.push({ name, value, label: value });
    else if ((type !== "checkbox" && type !== "radio") || attributes.has("checked")) fields[name] = value;
  }
  for (const [, tag = "", inner = ""] of html.matchAll(
    new RegExp(`(<button\\b${TAG_END})([\\s\\S]*?)</button>`, "gi"),
  )) {
    const attributes = readAttributes(tag);
    const name = attributes.get("name");
    if (name) buttons.push({ name, value: attributes.get("value") ?? "", label: readText(inner) });
  }
  for (const [, tag = "", inner = ""] of html.matchAll(
    new RegExp(`(<textarea\\b${TAG_END})([\\s\\S]*?)</textarea>`, "gi"),
  )) {
    const name = readAttributes(tag).get("name");
    if (name) fields[name] = decodeHtml(inner.replace(/^\r?\n/, ""));
  }
  for (const [, tag = "", inner = ""] of html.matchAll(
    new RegExp(`(<select\\b${TAG_END})([\\s\\S]*?)</select>`, "gi"),
  )) {
    const name = readAttributes(tag).get("name");
    const options = [...inner.matchAll(new RegExp(`(<option\\b${TAG_END})([^<]*)`, "gi"))].map(
      ([, optionTag = "", label = ""]) => ({ attributes: readAttributes(optionTag), label: decodeHtml(label).trim() }),
    );
    const chosen = options.find(({ attributes }) => attributes.has("selected")) ?? options[0];
    if (name && chosen) fields[name] = chosen.attributes.get("value") ?? chosen.label;
  }
  return { fields, buttons };
}

/** All forms of a page, in order. */
export function findForms(html: string, pageUrl: URL): Form[] {
  return [...html.matchAll(new RegExp(`(<form\\b${TAG_END})[\\s\\S]*?</form>`, "gi"))].map(([whole, tag = ""]) => {
    const attributes = readAttributes(tag);
    return {
      action: new URL(attributes.get("action") || pageUrl.href, pageUrl),
      method: attributes.get("method")?.toUpperCase() === "POST" ? "POST" : "GET",
      ...readFields(whole),
      html: whole,
    };
  });
}

/** All links of a page, in order. */
export function findLinks(html: string, pageUrl: URL): Link[] {
  return [...html.matchAll(new RegExp(`(<a\\b${TAG_END})([\\s\\S]*?)</a>`, "gi"))].flatMap(
    ([, tag = "", inner = ""]) => {
      const href = readAttributes(tag).get("href");
      return href !== undefined && URL.canParse(href, pageUrl.href)
        ? [{ href: new URL(href, pageUrl), label: readText(inner) }]
        : [];
    },
  );
}
