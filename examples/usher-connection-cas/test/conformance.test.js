/** Runs Usher's conformance suite with the CAS type and a stand-in server. */
import fc from "fast-check";
import { describeConnectionType, hostileText } from "usher/testing";
import { cas } from "../src/index.js";
import { startStandIn } from "./stand-in.js";

const NAMES = ["mail", "givenName", "sn", "employeeNumber", "memberOf", "displayName", "__proto__", "constructor"];

/** The reader leaves out empty values, and XML has no control characters. */
const attributeText = hostileText
  .map((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, " ").trim())
  .filter((text) => text !== "");

const attributes = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.array(attributeText, { minLength: 1, maxLength: 4 })))
  .map((entries) => Object.fromEntries(entries));

describeConnectionType("cas", {
  verified: fc.record({
    issuer: fc.constant("https://cas.example.edu/cas"),
    subject: fc.constant("ada"),
    user: attributeText,
    attributes,
  }),
  start: async () => {
    const server = await startStandIn();
    return {
      type: cas,
      input: { serverUrl: server.url },
      // This type opens without a request to the server.
      dead: null,
      signIn: async (url, person) => {
        const back = server.signIn(url, `person-${person}`, { mail: [`person-${person}@acme.example`] });
        return Object.fromEntries(new URL(back).searchParams);
      },
      asksForAccount: (url) => new URL(url).searchParams.get("renew") === "true",
      identityOf: (person) => ({ issuer: server.url, subject: `person-${person}` }),
      close: server.close,
    };
  },
});
