/** Hostile messages with signature wrapping. */
import { URI } from "../saml/canonical.js";
import { joinAssertion, joinResponse } from "../saml/response.js";
import { type Add, type HostileSituation, genuine, impersonate } from "./situation.js";
import { PUBLISHED, wrapSignatures } from "./wrapping.js";

export function addWrappings(situation: HostileSituation, add: Add): void {
  const wrapped = wrapSignatures(genuine(situation), impersonate(situation));
  for (const [name, xml] of wrapped) add(`wrapping/${name}`, "SAML_UNEXPECTED_STRUCTURE", xml);
  for (const [name, point] of Object.entries(PUBLISHED)) add(name, "SAML_UNEXPECTED_STRUCTURE", wrapped.get(point)!);
  const parts = genuine(situation, { signedPart: "ASSERTION" });
  const original = joinAssertion(parts.assertion);
  const forged = impersonate(situation)(joinAssertion({ ...parts.assertion, signature: "" }));
  const disguised = forged.replaceAll("saml:", "x:").replace("xmlns:saml=", "xmlns:x=").replace(URI.saml, "urn:x");
  const shell = (inner: string) => joinResponse({ ...parts, carried: inner });
  add("wrapping/assertion of another namespace before", "SAML_UNEXPECTED_STRUCTURE", shell(`${disguised}${original}`));
  add(
    "wrapping/assertion of another namespace inside",
    "SAML_UNEXPECTED_STRUCTURE",
    shell(original.replace("</saml:Assertion>", `${disguised}</saml:Assertion>`)),
  );
  const unknown = '<x:note xmlns:x="urn:x"></x:note>';
  add("wrapping/unknown element beside the assertion", "SAML_UNEXPECTED_STRUCTURE", shell(`${unknown}${original}`));
  add(
    "wrapping/two signed assertions",
    "SAML_UNEXPECTED_STRUCTURE",
    shell(`${original}${joinAssertion(genuine(situation).assertion)}`),
  );
}
