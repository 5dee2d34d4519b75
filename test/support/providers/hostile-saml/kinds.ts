/** Messages of a wrong kind or with a wrong status. */
import { rootElement, URI } from "../saml/canonical.js";
import type { ResponseContent } from "../saml/index.js";
import { joinAssertion, joinResponse } from "../saml/response.js";
import { signElement } from "../saml/signature.js";
import { type Add, type AddFields, type HostileSituation, genuine } from "./situation.js";

export function addKinds(situation: HostileSituation, add: Add, addFields: AddFields): void {
  const { provider, request } = situation;
  const xml = joinResponse(genuine(situation));
  const base64 = Buffer.from(xml).toString("base64");
  const key = provider.keys()[0]!;
  const logout = (name: string) => {
    const attributes = {
      ID: "_l1",
      Version: "2.0",
      IssueInstant: situation.now.toISOString(),
      Destination: request.acsUrl,
    };
    const issuer = rootElement("saml:Issuer", {}, provider.entityId);
    const signature = signElement("_l1", rootElement(`samlp:${name}`, attributes, issuer), key);
    return rootElement(`samlp:${name}`, attributes, issuer, signature);
  };
  add("kind/LogoutRequest", "SAML_NOT_A_RESPONSE", logout("LogoutRequest"));
  add("kind/LogoutResponse", "SAML_NOT_A_RESPONSE", logout("LogoutResponse"));
  add("kind/ArtifactResponse around a response", "SAML_NOT_A_RESPONSE", rootElement("samlp:ArtifactResponse", {}, xml));
  add("kind/assertion alone", "SAML_NOT_A_RESPONSE", joinAssertion(genuine(situation).assertion));
  add(
    "kind/response of another namespace",
    "SAML_NOT_A_RESPONSE",
    xml.replace(URI.samlp, "urn:oasis:names:tc:SAML:1.0:protocol"),
  );
  add("kind/version 1.1", "SAML_NOT_A_RESPONSE", joinResponse(genuine(situation, { version: "1.1" })));
  addFields("kind/SAMLRequest in the form", "SAML_NOT_A_RESPONSE", {
    SAMLRequest: Buffer.from(logout("LogoutRequest")).toString("base64"),
  });
  addFields("kind/SAMLRequest beside a response", "SAML_NOT_A_RESPONSE", { SAMLResponse: base64, SAMLRequest: base64 });
  addFields("kind/no field", "SAML_NOT_A_RESPONSE", { RelayState: "x" });
  const status = (name: string, code: string, changes: Partial<ResponseContent>) =>
    add(`status/${name}`, code, joinResponse(genuine(situation, changes)));
  const uri = (name: string) => `urn:oasis:names:tc:SAML:2.0:status:${name}`;
  status("failed, with an assertion", "SAML_ACCESS_DENIED", {
    status: uri("Responder"),
    subStatus: uri("AuthnFailed"),
  });
  status("denied", "SAML_ACCESS_DENIED", { status: uri("Responder"), subStatus: uri("RequestDenied") });
  const fails = (name: string, code: string, changes: Partial<ResponseContent>) =>
    status(name, code, { status: uri("Responder"), hasAssertion: false, ...changes });
  fails("no passive sign-in", "SAML_INTERACTION_REQUIRED", { subStatus: uri("NoPassive") });
  fails("expired at Keycloak", "SAML_INTERACTION_REQUIRED", {
    subStatus: uri("AuthnFailed"),
    statusMessage: "authentication_expired",
  });
  fails("not assigned in Entra ID", "SAML_NOT_ASSIGNED", {
    statusMessage: "AADSTS50105: Your administrator has configured the application to block users.",
  });
  fails("guest in Entra ID", "SAML_FOREIGN_ACCOUNT", { statusMessage: "AADSTS50020: User account does not exist." });
  fails("conditional access", "SAML_POLICY_REFUSED", { statusMessage: "AADSTS53003: Access has been blocked." });
  fails("cancelled", "SAML_CANCELLED", { subStatus: uri("RequestDenied"), statusMessage: "The user cancelled." });
  fails("request not supported", "SAML_PROVIDER_REFUSED", {
    status: uri("Requester"),
    subStatus: uri("RequestUnsupported"),
    statusMessage: "AADSTS75006: An error occurred.",
  });
  status("no context", "SAML_AUTHN_CONTEXT_UNAVAILABLE", {
    status: uri("Responder"),
    subStatus: uri("NoAuthnContext"),
  });
  status("no such NameID", "SAML_NAME_ID_UNAVAILABLE", {
    status: uri("Requester"),
    subStatus: uri("InvalidNameIDPolicy"),
  });
  status("success that begins alike", "SAML_PROVIDER_REFUSED", { status: `${uri("Success")}ful` });
  add("status/missing", "SAML_UNEXPECTED_STRUCTURE", xml.replace(/<samlp:Status>.*<\/samlp:Status>/s, ""));
  add(
    "status/success after a failure",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replace(
      "<samlp:StatusCode ",
      `<samlp:StatusCode Value="${uri("Responder")}"></samlp:StatusCode><samlp:StatusCode `,
    ),
  );
  add("status/no assertion", "SAML_UNEXPECTED_STRUCTURE", joinResponse({ ...genuine(situation), carried: "" }));
  status("unsolicited", "SAML_UNSOLICITED", { inResponseTo: null, confirmationInResponseTo: null });
  status("answer to an unknown request", "SAML_UNKNOWN_REQUEST", {
    inResponseTo: "_unknown",
    confirmationInResponseTo: "_unknown",
  });
}
