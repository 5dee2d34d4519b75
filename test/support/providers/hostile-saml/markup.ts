/** Markup that two parsers may read differently, and documents that are too large. */
import { joinResponse } from "../saml/response.js";
import { type Add, type AddFields, type HostileSituation, genuine } from "./situation.js";
import { gzipSync } from "node:zlib";

export function addMarkup(situation: HostileSituation, add: Add, addFields: AddFields): void {
  const xml = joinResponse(genuine(situation));
  const { attacker } = situation;
  const inName = (markup: string) =>
    xml.replace(`>${attacker.id}<`, `>${attacker.id.slice(0, 3)}${markup}${attacker.id.slice(3)}<`);
  const forbidden: Record<string, string> = {
    "markup/comment inside the NameID": inName("<!---->"),
    "markup/comment before the root": `<!-- -->${xml}`,
    "markup/CDATA inside the NameID": inName("<![CDATA[x]]>"),
    "markup/processing instruction inside the NameID": inName("<?x y?>"),
    "markup/processing instruction before the root": `<?xml-stylesheet href="x"?>${xml}`,
    "markup/second XML declaration": `<?xml version="1.0"?><?xml version="1.0"?>${xml}`,
    "markup/XML declaration with another encoding": `<?xml version="1.0" encoding="UTF-16"?>${xml}`,
    "markup/XML 1.1": `<?xml version="1.1"?>${xml}`,
    "markup/DOCTYPE": `<!DOCTYPE x>${xml}`,
    "markup/entity of its own": `<!DOCTYPE x [<!ENTITY who "${situation.victim.id}">]>${xml.replace(`>${attacker.id}<`, ">&who;<")}`,
    "markup/entity from a file": `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${xml}`,
    "markup/entities that multiply": `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${xml.replace(`>${attacker.id}<`, ">&b;<")}`,
  };
  for (const [name, text] of Object.entries(forbidden)) add(name, "SAML_FORBIDDEN_MARKUP", text);
  const malformed: Record<string, string | Buffer> = {
    "markup/entity that nobody declared": inName("&who;"),
    "markup/ampersand alone": inName("&"),
    "markup/reference to a null character": inName("&#0;"),
    "markup/null character": inName("\u0000"),
    "markup/two roots": `${xml}${xml}`,
    "markup/text after the root": `${xml}x`,
    "markup/cut off": xml.slice(0, -20),
    "markup/end tags crossed": xml
      .replace("</saml:Subject></", "</")
      .replace("</saml:Assertion>", "</saml:Assertion></saml:Subject>"),
    "markup/undeclared prefix": xml.replace("</saml:Assertion>", "<x:y></x:y></saml:Assertion>"),
    "markup/attribute twice": xml.replace(' Version="2.0"', ' Version="2.0" Version="2.0"'),
    "markup/attribute twice by two prefixes": xml.replace(
      "<saml:Subject>",
      '<saml:Subject xmlns:a="urn:a" xmlns:b="urn:a" a:c="1" b:c="2">',
    ),
    "markup/namespace declared twice": xml.replace("<saml:Subject>", '<saml:Subject xmlns:a="urn:a" xmlns:a="urn:b">'),
    "markup/xmlns bound": xml.replace("<saml:Subject>", '<saml:Subject xmlns:xmlns="urn:a">'),
    "markup/prefix bound to nothing": xml.replace("<saml:Subject>", '<saml:Subject xmlns:a="">'),
    "markup/attribute without quotes": xml.replace(' Version="2.0"', " Version=2.0"),
    "markup/Latin-1": Buffer.from(inName("\u00e4"), "latin1"),
    "markup/UTF-16": Buffer.from(xml, "utf16le"),
    "markup/compressed": gzipSync(xml),
    "markup/empty": "",
  };
  for (const [name, text] of Object.entries(malformed)) add(name, "SAML_MALFORMED_RESPONSE", text);
  const base64 = Buffer.from(xml).toString("base64");
  addFields("markup/not base64", "SAML_MALFORMED_RESPONSE", { SAMLResponse: `${base64.slice(0, -4)}!!!!` });
  addFields("markup/base64 with rubbish that Node skips", "SAML_MALFORMED_RESPONSE", { SAMLResponse: `*${base64}` });
  addFields("markup/base64 for addresses", "SAML_MALFORMED_RESPONSE", {
    SAMLResponse: Buffer.from(`${xml}\u{10ffff}>?>?>?`).toString("base64url"),
  });
  addFields("markup/two messages in one field", "SAML_MALFORMED_RESPONSE", { SAMLResponse: `${base64}==${base64}` });
  const fill = (inner: string) => xml.replace("</samlp:Response>", `${inner}</samlp:Response>`);
  add("size/3,001 siblings", "SAML_RESPONSE_TOO_LARGE", fill("<a></a>".repeat(3_001)));
  add("size/40 levels", "SAML_RESPONSE_TOO_LARGE", fill(`${"<a>".repeat(50)}${"</a>".repeat(50)}`));
  add(
    "size/100 attributes",
    "SAML_RESPONSE_TOO_LARGE",
    fill(`<a${Array.from({ length: 100 }, (_, index) => ` b${index}=""`).join("")}></a>`),
  );
  add(
    "size/100 namespaces",
    "SAML_RESPONSE_TOO_LARGE",
    fill(`<a${Array.from({ length: 100 }, (_, index) => ` xmlns:b${index}="urn:x"`).join("")}></a>`),
  );
  // Each level adds namespaces, and canonicalization would copy all of them to each inner element.
  const declare = (level: number) =>
    `<a${Array.from({ length: 10 }, (_, index) => ` xmlns:b${level * 10 + index}="urn:x"`).join("")}>`;
  add(
    "size/200 namespaces on 20 levels",
    "SAML_RESPONSE_TOO_LARGE",
    fill(
      `${Array.from({ length: 20 }, (_, level) => declare(level)).join("")}${'<a xmlns:c="urn:x"/>'.repeat(2_000)}${"</a>".repeat(20)}`,
    ),
  );
  add("size/300,000 bytes", "SAML_RESPONSE_TOO_LARGE", fill(`<a>${"x".repeat(300_000)}</a>`));
}
