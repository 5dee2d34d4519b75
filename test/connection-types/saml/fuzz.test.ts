/** Genuine messages with parts rearranged at random: an accepted message contains exactly what the provider signed. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { startSamlProvider, type SamlProvider } from "../../support/providers/saml/index.js";
import { openDriver } from "./driver.js";
import { times } from "../../../testing/long.js";

let provider: SamlProvider;
beforeAll(async () => {
  provider = await startSamlProvider();
});
afterAll(() => provider.close());

/** Every element of a text, from its start tag to its end tag. */
function findElements(xml: string): readonly { readonly from: number; readonly to: number }[] {
  const open: number[] = [];
  const found: { from: number; to: number }[] = [];
  for (const tag of xml.matchAll(/<(\/?)[^>]*>/g))
    if (tag[1] === "") open.push(tag.index);
    else found.push({ from: open.pop() ?? 0, to: tag.index + tag[0].length });
  return found;
}

const pick = fc.nat({ max: 10_000 });
const change = fc.oneof(
  fc.record({ kind: fc.constant("copy" as const), what: pick, to: pick }),
  fc.record({ kind: fc.constant("move" as const), what: pick, to: pick }),
  fc.record({ kind: fc.constant("forge" as const), what: pick, to: pick }),
  fc.record({ kind: fc.constant("delete" as const), what: pick, to: pick }),
  fc.record({ kind: fc.constant("rename" as const), what: pick, to: pick }),
);

function apply(
  xml: string,
  { kind, what, to }: { kind: string; what: number; to: number },
  forge: (text: string) => string,
) {
  const elements = findElements(xml);
  if (elements.length === 0) return xml;
  const { from, to: end } = elements[what % elements.length]!;
  const element = xml.slice(from, end);
  const target = elements[to % elements.length]!;
  switch (kind) {
    case "copy":
      return `${xml.slice(0, target.from)}${element}${xml.slice(target.from)}`;
    case "forge":
      return `${xml.slice(0, target.to)}${forge(element)}${xml.slice(target.to)}`;
    case "move": {
      const rest = `${xml.slice(0, from)}${xml.slice(end)}`;
      const place = findElements(rest)[to % Math.max(1, findElements(rest).length)]?.from ?? 0;
      return `${rest.slice(0, place)}${element}${rest.slice(place)}`;
    }
    case "delete":
      return `${xml.slice(0, from)}${xml.slice(end)}`;
    default:
      return `${xml.slice(0, from)}${forge(element).replace(/ ID="[^"]*"/, ' ID="_x"')}${xml.slice(end)}`;
  }
}

test.each(["BOTH", "ASSERTION", "RESPONSE"] as const)("with %s signed", async (signedPart) => {
  const driver = await openDriver(provider);
  const url = await driver.start();
  const { fields } = provider.answer(url, "p-1003", { signedPart });
  const xml = Buffer.from(fields.SAMLResponse, "base64").toString("utf8");
  const forge = (text: string) => text.replaceAll("p-1003", "p-1001").replaceAll("mallory@", "ann@");
  const genuine = await driver.verify(fields);
  const signed = genuine.action === "success" ? genuine.verification.verified : null;
  expect(signed?.nameId.value).toBe("p-1003");
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = changes.reduce((text, each) => apply(text, each, forge), xml);
      const outcome = await driver.verify({ SAMLResponse: Buffer.from(changed).toString("base64") });
      if (outcome.action === "success") expect(outcome.verification.verified).toEqual(signed);
      else expect(outcome).toMatchObject({ action: "error", code: expect.stringMatching(/^SAML_/) });
    }),
    { numRuns: times(150) },
  );
});
