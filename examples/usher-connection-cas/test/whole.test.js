/**
 * A whole Usher with the CAS type. An administrator connects the stand-in server, and a person signs in with a browser.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Administrator, createBrowser, isSignedIn, startTestUsher } from "usher/testing";
import { connectionTypes } from "../src/index.js";
import { CAS_REFUSALS } from "../src/refusals.js";
import { failure, startStandIn } from "./stand-in.js";

/** @type {import("usher/testing").TestUsher} */
let usher;
/** @type {import("./stand-in.js").StandIn} */
let server;
/** @type {Administrator} */
let administrator;
beforeAll(async () => {
  server = await startStandIn();
  usher = await startTestUsher({ connectionTypes });
  administrator = await Administrator.of(usher, "acme");
});
afterAll(async () => {
  await usher?.stop();
  await server?.close();
});

test("a person signs in, with the name and the address that the server released", async () => {
  const { id, details } = await administrator.draft({ cas: { serverUrl: server.url } });
  expect(details).toContainEqual({
    name: "serviceUrl",
    label: "Service URL",
    value: `${usher.url}/sso/${id}/callback`,
  });
  expect(await administrator.diagnose(id)).toEqual([]);
  expect(await administrator.activate(id)).toBe("ACTIVE");

  server.setPerson({
    user: "ada",
    attributes: { mail: ["ada@acme.example"], givenName: ["Ada"], sn: ["Lovelace"] },
  });
  const browser = createBrowser();
  const page = await browser.get(await administrator.startUrl(browser));
  expect(isSignedIn(page, administrator)).toBe(true);
  expect(await administrator.members()).toEqual([
    {
      email: "ada@acme.example",
      firstName: "Ada",
      lastName: "Lovelace",
      identities: [{ issuer: server.url, subject: "ada" }],
    },
  ]);
});

test("a refused sign-in names its code to the administrator, with what to do", async () => {
  server.setAnswer((answer) => void answer.end(failure("UNAUTHORIZED_SERVICE")));
  const browser = createBrowser();
  const page = await browser.get(await administrator.startUrl(browser));
  server.setAnswer(null);
  expect(page.status).toBe(403);
  expect(await administrator.lastAttempt()).toMatchObject({
    outcome: "CAS_SERVICE_UNKNOWN",
    remedy: CAS_REFUSALS.CAS_SERVICE_UNKNOWN.remedy,
  });
});
