/** Answers of a hostile server, and tickets of another person. Usher signs nobody in, and a code gives the reason. */
import { describe, expect, test, beforeAll, afterAll } from "@jest/globals";
import { ADDRESSES, Flows, makeRuntime, parseInput, runExchange } from "usher/testing";
import { cas } from "../src/index.js";
import { failure, response, startStandIn, success } from "./stand-in.js";

/** @type {import("./stand-in.js").StandIn} */
let server;
beforeAll(async () => {
  server = await startStandIn();
});
afterAll(async () => {
  await server.close();
});

/** @param {object} [further] */
const settingsOf = (further = {}) =>
  /** @type {import("../src/settings.js").CasSettings} */ (
    parseInput({ type: cas, input: { serverUrl: server.url, ...further } })
  );

/**
 * Starts a sign-in. Returns its login URL, and a function that brings a person back to it.
 *
 * @param {{ forceAuthentication?: boolean, input?: object, keepState?: string }} [options]
 */
async function begin({ forceAuthentication = false, input = {} } = {}) {
  const flows = new Flows();
  const runtime = makeRuntime();
  const strategy = cas.strategy(await cas.open(settingsOf(input), runtime), runtime);
  let state = "";
  const keep = async (/** @type {import("usher/contract").FlowDraft} */ draft) => (state = await flows.keep(draft));
  const [started] = await runExchange(strategy, {
    step: "start",
    loginHint: null,
    forceAuthentication,
    chooseAccount: false,
    keep,
  });
  if (started?.kind !== "redirect") throw new Error("the sign-in did not start");
  const comeBack = async (/** @type {string} */ address) => {
    const flow = flows.find(state);
    if (flow === null) throw new Error("the sign-in has no flow");
    // Usher has found the flow by the state, which is also a parameter of the address.
    const parameters = { ...Object.fromEntries(new URL(address).searchParams), state };
    const [answer] = await runExchange(strategy, { step: "return", parameters, flow });
    return answer;
  };
  return { loginUrl: started.url, comeBack, flows };
}

/** @param {Parameters<import("./stand-in.js").StandIn["setAnswer"]>[0]} answer */
async function signInWith(answer, options = {}) {
  const { loginUrl, comeBack } = await begin(options);
  server.setAnswer(answer);
  try {
    return await comeBack(server.signIn(loginUrl, "ada"));
  } finally {
    server.setAnswer(null);
  }
}

/** @param {string} body */
const say = (body) => (/** @type {import("node:http").ServerResponse} */ answer) => void answer.end(body);

/** @param {string} code */
const refused = (code) => ({ kind: "error", error: expect.objectContaining({ name: "ProtocolRefusal", code }) });

test("an honest server signs in whom the ticket is for, with the attributes", async () => {
  const { loginUrl, comeBack } = await begin();
  const answer = await comeBack(
    server.signIn(loginUrl, "ada", { mail: ["ada@acme.example"], memberOf: ["a", "b & c"] }),
  );
  expect(answer).toMatchObject({
    kind: "success",
    verification: {
      verified: { issuer: server.url, subject: "ada", attributes: { memberOf: ["a", "b & c"] } },
      posted: null,
    },
  });
});

describe("a ticket", () => {
  test("of another sign-in is for another service, and is refused", async () => {
    const mallory = await begin();
    const victim = await begin();
    expect(await victim.comeBack(server.signIn(mallory.loginUrl, "mallory"))).toEqual(refused("CAS_TICKET_INVALID"));
  });

  test("is validated for exactly the callback with the state, once", async () => {
    const { loginUrl, comeBack } = await begin();
    const back = server.signIn(loginUrl, "ada");
    const before = server.validations.length;
    expect(await comeBack(back)).toMatchObject({ kind: "success" });
    expect(await comeBack(back)).toEqual(refused("CAS_SIGN_IN_REPEATED"));
    const asked = server.validations.slice(before);
    expect(asked).toHaveLength(1);
    const service = new URL(asked[0]?.searchParams.get("service") ?? "");
    expect(`${service.origin}${service.pathname}`).toBe(ADDRESSES.callbackUrl);
    expect([...service.searchParams.keys()]).toEqual(["state"]);
  });

  test.each(["", "PT-1-of-a-proxy", "ST-", `ST-${"x".repeat(254)}`, "ST-é", "ST-1 2"])(
    "%j is not asked about, and does not use the sign-in up",
    async (ticket) => {
      const { loginUrl, comeBack, flows } = await begin();
      const before = server.validations.length;
      const back = new URL(server.signIn(loginUrl, "ada"));
      back.searchParams.set("ticket", ticket);
      expect(await comeBack(back.href)).toEqual(refused("CAS_TICKET_MISSING"));
      expect(server.validations).toHaveLength(before);
      expect(flows.usedUp).toBe(0);
    },
  );

  test("stands in no detail, even where the server redirects with it", async () => {
    const redirect = (/** @type {import("node:http").ServerResponse} */ answer) =>
      void answer.writeHead(302, { location: "https://cas.example/p3/serviceValidate?ticket=ST-secret" }).end();
    const answer = await signInWith(redirect);
    expect(answer).toEqual(refused("CAS_ANSWER_INVALID"));
    expect(String(answer?.kind === "error" && answer.error)).not.toContain("ST-");
  });
});

describe("a new authentication that was asked for", () => {
  test("is asked for at the login and at the validation", async () => {
    const { loginUrl, comeBack } = await begin({ forceAuthentication: true });
    expect(new URL(loginUrl).searchParams.get("renew")).toBe("true");
    expect(await comeBack(server.signIn(loginUrl, "ada"))).toMatchObject({ kind: "success" });
    expect(server.validations.at(-1)?.searchParams.get("renew")).toBe("true");
  });

  test("is refused where the server answers with an older one", async () => {
    const { loginUrl, comeBack } = await begin({ forceAuthentication: true });
    const withoutRenew = new URL(loginUrl);
    withoutRenew.searchParams.delete("renew");
    expect(await comeBack(server.signIn(withoutRenew.href, "ada"))).toEqual(refused("CAS_TICKET_INVALID"));
    const old = await signInWith(say(success("ada", { isFromNewLogin: ["false"] })), { forceAuthentication: true });
    expect(old).toEqual(refused("CAS_AUTHENTICATION_OLD"));
  });
});

describe("an answer is refused", () => {
  const user = "<cas:user>ada</cas:user>";
  const inside = (/** @type {string} */ content) =>
    response(`<cas:authenticationSuccess>${content}</cas:authenticationSuccess>`);

  test.each([
    ["with a DTD", `<!DOCTYPE x [<!ENTITY e "ada">]>${inside("<cas:user>&e;</cas:user>")}`],
    ["with an entity of its own", inside("<cas:user>&e;</cas:user>")],
    ["with a comment inside the user name", inside("<cas:user>ada<!-- -->.evil</cas:user>")],
    ["with CDATA", inside("<cas:user><![CDATA[ada]]></cas:user>")],
    ["with an element inside the user name", inside("<cas:user>ada<cas:x/>min</cas:user>")],
    ["with two users", inside(`${user}<cas:user>root</cas:user>`)],
    ["without a user", inside("")],
    ["with a user of another namespace", inside('<user xmlns="urn:other">ada</user>')],
    ["with two attribute lists", inside(`${user}<cas:attributes/><cas:attributes/>`)],
    ["with two successes", response(`<cas:authenticationSuccess>${user}</cas:authenticationSuccess>`.repeat(2))],
    [
      "with a success and a failure",
      response(
        `<cas:authenticationSuccess>${user}</cas:authenticationSuccess><cas:authenticationFailure code="INVALID_TICKET"/>`,
      ),
    ],
    ["in another namespace", inside(user).replace("http://www.yale.edu/tp/cas", "urn:other")],
    ["that is not a serviceResponse", '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ["that is empty", ""],
    ["that is cut off", inside(user).slice(0, -10)],
    ["in JSON", JSON.stringify({ serviceResponse: { authenticationSuccess: { user: "ada" } } })],
    ["that is CAS 1.0", "yes\nada\n"],
    ["that is huge", inside(`${user}<cas:attributes>${"<cas:a>x</cas:a>".repeat(20_000)}</cas:attributes>`)],
    [
      "with more elements than a person has",
      inside(`${user}<cas:attributes>${"<cas:a/>".repeat(5_000)}</cas:attributes>`),
    ],
  ])("%s", async (_, body) => {
    expect(await signInWith(say(body))).toEqual(refused("CAS_ANSWER_INVALID"));
  });

  test("with an empty user name", async () => {
    expect(await signInWith(say(inside("<cas:user>  </cas:user>")))).toEqual(refused("CAS_SUBJECT_MISSING"));
  });

  test("that names proxies", async () => {
    const body = inside(`${user}<cas:proxies><cas:proxy>https://proxy.example</cas:proxy></cas:proxies>`);
    expect(await signInWith(say(body))).toEqual(refused("CAS_PROXIED"));
  });

  test("that is a web page", async () => {
    const page = (/** @type {import("node:http").ServerResponse} */ answer) =>
      void answer.setHeader("content-type", "text/html").end("<html><body>Sign in</body></html>");
    expect(await signInWith(page)).toEqual(refused("CAS_ANSWER_INVALID"));
  });

  test.each([
    [500, "CAS_UNREACHABLE"],
    [404, "CAS_ANSWER_INVALID"],
  ])("with status %d, whatever the body says", async (status, code) => {
    const honest = (/** @type {import("node:http").ServerResponse} */ answer, /** @type {string} */ body) =>
      void answer.writeHead(status).end(body);
    expect(await signInWith(honest)).toEqual(refused(code));
  });

  test("that never comes", async () => {
    const drop = (/** @type {import("node:http").ServerResponse} */ answer) => void answer.destroy();
    expect(await signInWith(drop)).toEqual(refused("CAS_UNREACHABLE"));
  });

  test.each([
    ["INVALID_TICKET", "CAS_TICKET_INVALID"],
    ["INVALID_SERVICE", "CAS_TICKET_INVALID"],
    ["UNAUTHORIZED_SERVICE", "CAS_SERVICE_UNKNOWN"],
    ["INTERNAL_ERROR", "CAS_UNREACHABLE"],
    ["constructor", "CAS_ANSWER_INVALID"],
    ["", "CAS_ANSWER_INVALID"],
  ])("with the failure %s as %s", async (sent, code) => {
    expect(await signInWith(say(failure(sent)))).toEqual(refused(code));
  });
});

describe("the subject attribute", () => {
  const input = { subjectAttribute: "uid" };

  test("identifies in place of the user name", async () => {
    const answer = await signInWith(say(success("ada", { uid: ["4711"] })), { input });
    expect(answer).toMatchObject({ verification: { verified: { subject: "4711", user: "ada" } } });
  });

  test.each([[[]], [["1", "2"]], [[" "]]])("is refused with the values %j", async (uid) => {
    expect(await signInWith(say(success("ada", { uid })), { input })).toEqual(refused("CAS_SUBJECT_MISSING"));
  });
});

test.each([
  "https://cas.example/cas/",
  "https://cas.example/cas?x=1",
  "https://cas.example/cas#x",
  "https://user@cas.example/cas",
])("the server URL %s is refused, since it is the issuer as well", (serverUrl) => {
  expect(cas.check(settingsOf({ serverUrl }), true)).toEqual([expect.objectContaining({ setting: "serverUrl" })]);
});

describe("the diagnosis", () => {
  test("finds an unregistered service, and an address that is not a CAS server", async () => {
    server.setAnswer(say(failure("UNAUTHORIZED_SERVICE")));
    const unregistered = await cas.diagnose(settingsOf(), makeRuntime());
    server.setAnswer(null);
    expect(unregistered.map(({ check, level }) => [check, level])).toEqual([
      ["VALIDATION_REACHABLE", "OK"],
      ["SERVICE_ACCEPTED", "ERROR"],
    ]);
    const elsewhere = await cas.diagnose(settingsOf({ serverUrl: `${server.url}/elsewhere` }), makeRuntime());
    expect(elsewhere.map(({ check, level }) => [check, level])).toEqual([["VALIDATION_REACHABLE", "ERROR"]]);
  });
});
