/** One-time sign-in links on a real database: the permission to make one, its single use, and what makes it invalid. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SYSTEM, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS, type Permission } from "../../../src/access/permission.js";
import { createApiKey, revokeApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { ensureOperatorKey } from "../../../src/people/api-key/operator-key.js";
import { sweepOneTimeTokens } from "../../../src/people/credential/one-time-token.repository.js";
import { addMember } from "../../../src/people/membership/membership.operations.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { actOnUser } from "../../../src/people/user/status/status.operations.js";
import { updateUser } from "../../../src/people/user/user.operations.js";
import { hashToken } from "../../../src/platform/crypto/tokens.js";
import { Failure } from "../../../src/platform/errors/failure.js";
import type { SignInServices } from "../../../src/sign-in/services.js";
import { createSignInLink, type LinkServices, type NewSignInLink } from "../../../src/sign-in/link/link.operations.js";
import { showLink, useLink } from "../../../src/sign-in/link/use-link.js";
import { COURSE_DESTINATION } from "../../../src/training/course/course-destination.js";
import { codeOf, makeOrganization, personIn } from "../../support/house.js";
import { openHall, type Hall } from "../../provisioning/arrivals.js";

const PUBLIC_URL = "https://usher.example";
const BROWSER = {
  client: { address: "192.0.2.1", userAgent: "A browser" },
  browserTokens: null,
  sessionToken: null,
};

let hall: Hall;
let services: LinkServices;
let signInServices: SignInServices;
let organizationId: string;
/** A caller with a stored key, because using a link checks the key that made it. */
let OPERATOR: Caller;
let references = 0;
let people = 0;
let courses = 0;
beforeAll(async () => {
  hall = await openHall();
  const { store, clock } = hall.house;
  await ensureOperatorKey(store, null);
  const [key] = await hall.rows<{ id: string }>("SELECT id FROM api_key WHERE organization_id IS NULL");
  OPERATOR = { kind: "OPERATOR", apiKeyId: key!.id };
  services = {
    ...store,
    returnRules: { publicUrl: PUBLIC_URL, prefixes: ["https://app.example/app"] },
    destinations: [COURSE_DESTINATION],
  };
  signInServices = {
    ...services,
    store,
    clock: () => clock.now,
    reference: () => `REF${(references += 1)}`,
    logDefect: (error: unknown) => {
      throw error;
    },
  } as unknown as SignInServices;
});
afterAll(async () => {
  await hall.close();
});
beforeEach(async () => {
  organizationId = (await makeOrganization(hall.house)).id;
});

const person = (roleKeys: string[] | null = null, of = organizationId) =>
  hall.makeAccount({ email: `person-${(people += 1)}@${of.slice(-12)}.example`, authMethod: "PASSWORD", roleKeys }, of);
const keyWith = async (...scopes: Permission[]): Promise<Caller & { kind: "API_KEY" }> => {
  const { apiKey } = await createApiKey(hall.house.store, OPERATOR, { organizationId, name: "A key", scopes });
  return { kind: "API_KEY", apiKeyId: apiKey.id, organizationId, permissions: new Set(scopes), limitedMaker: null };
};
const make = async (caller: Caller, userId: string, input: Partial<NewSignInLink> = {}) => {
  const { url } = await createSignInLink(services, caller, { organizationId, userId, ...input });
  return url.slice(`${PUBLIC_URL}/sign-in/link/`.length);
};
/** Uses a link. Returns the address to which the browser is redirected, or the code of the refusal. */
const use = async (token: string, browser: Parameters<typeof useLink>[1] = BROWSER) => {
  try {
    const outcome = await useLink(signInServices, browser, token);
    return outcome.kind === "signed-in" ? outcome.location : outcome.code;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};
const sessionsOf = (userId: string) => hall.count("user_session WHERE user_id = ?", [userId]);
const landing = async () => {
  const [row] = await hall.rows<{ slug: string }>("SELECT slug FROM organization WHERE id = ?", [organizationId]);
  return `${PUBLIC_URL}/o/${row!.slug}`;
};
const attempts = async (userId: string) =>
  (
    await hall.rows<{ outcome: string; connection_id: string | null; steps: string; detail: string | null }>(
      "SELECT outcome, connection_id, steps, detail FROM sign_in_attempt WHERE user_id = ? ORDER BY id",
      [userId],
    )
  ).map(({ steps, ...rest }) => ({
    ...rest,
    steps: (JSON.parse(steps) as { readonly step: string }[]).map(({ step }) => step),
  }));
const eventsOf = (userId: string) =>
  hall.rows<{ type: string; cause_kind: string; cause_actor: string | null; data: string }>(
    "SELECT type, cause_kind, cause_actor, data FROM event WHERE subject_id = ? ORDER BY sequence",
    [userId],
  );

describe("a sign-in link", () => {
  it("signs its person in once, with a session without a connection, an event, an attempt and an audit entry", async () => {
    const userId = await person();
    const key = await keyWith("USERS_WRITE");
    const token = await make(key, userId);
    expect(token).toMatch(/^usher_link_[A-Za-z0-9_-]{43}$/);
    expect(await use(token)).toBe(await landing());
    expect(
      await hall.rows("SELECT organization_id, connection_id, address FROM user_session WHERE user_id = ?", [userId]),
    ).toEqual([{ organization_id: organizationId, connection_id: null, address: "192.0.2.1" }]);
    const told = (await eventsOf(userId)).at(-1)!;
    expect(told).toMatchObject({ type: "user.signed_in", cause_kind: "SIGN_IN", cause_actor: null });
    expect(JSON.parse(told.data)).toMatchObject({ signIn: { connectionId: null, reference: expect.any(String) } });
    expect(await attempts(userId)).toEqual([
      { outcome: "SUCCEEDED", connection_id: null, steps: ["LINK", "COMPLETE"], detail: null },
    ]);
    const audit = await hall.rows<{ action: string; actor_id: string; after_value: string }>(
      "SELECT action, actor_id, after_value FROM audit_entry WHERE subject_id = ? AND action LIKE '%sign%in%' ORDER BY id",
      [userId],
    );
    expect(audit.map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ["sign_in_link.created", key.apiKeyId],
      ["user.signed_in", null],
      ["sign_in_link.used", null],
    ]);
    expect(JSON.parse(audit[1]!.after_value)).toMatchObject({ connectionId: null, address: "192.0.2.1" });
    expect(JSON.parse(audit[2]!.after_value)).toMatchObject({ author: { kind: "API_KEY", apiKeyId: key.apiKeyId } });
    expect(await use(token)).toBe("SIGN_IN_LINK_USED");
    expect(await sessionsOf(userId)).toBe(1);
    expect((await attempts(userId)).at(-1)).toMatchObject({ outcome: "SIGN_IN_LINK_USED", steps: ["LINK"] });
  });

  it("is used by one of 20 parallel requests", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => use(token)));
    expect(outcomes.toSorted()).toEqual([...Array<string>(19).fill("SIGN_IN_LINK_USED"), await landing()].toSorted());
    expect(await sessionsOf(userId)).toBe(1);
  });

  it("is stored only as a hash, in one place", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    const rows = await hall.rows("SELECT * FROM one_time_token WHERE user_id = ?", [userId]);
    expect(rows).toMatchObject([{ token_hash: hashToken(token), kind: "SIGN_IN" }]);
    const written = [
      ...rows,
      ...(await hall.rows("SELECT * FROM audit_entry WHERE subject_id = ?", [userId])),
      ...(await eventsOf(userId)),
    ];
    expect(JSON.stringify(written)).not.toContain(token.slice("usher_link_".length));
    expect(await use(hashToken(token))).toBe("SIGN_IN_LINK_UNKNOWN");
  });

  it("is valid for five minutes, and refused as expired for an hour more", async () => {
    const { clock, store } = hall.house;
    const began = clock.now;
    const userId = await person();
    const [late, inTime] = [await make(OPERATOR, userId), await make(OPERATOR, userId)];
    const [invited, active] = [await person(), await person()];
    for (const id of [invited, active]) await make(OPERATOR, id);
    const sweep = () => store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, sweepOneTimeTokens);
    try {
      clock.now = new Date(began.getTime() + 5 * 60_000 - 1);
      expect(await use(inTime)).toBe(await landing());
      clock.now = new Date(began.getTime() + 5 * 60_000);
      expect(await use(late)).toBe("SIGN_IN_LINK_EXPIRED");
      await sweep();
      expect(await use(late)).toBe("SIGN_IN_LINK_EXPIRED");
      clock.now = new Date(began.getTime() + 66 * 60_000);
      await hall.execute("UPDATE app_user SET status = 'INVITED' WHERE id = ?", [invited]);
      await hall.execute("UPDATE one_time_token SET kind = 'INVITATION' WHERE user_id IN (?, ?)", [invited, active]);
      await sweep();
      expect(await use(late)).toBe("SIGN_IN_LINK_UNKNOWN");
      // An invitation that nobody decided about stays, so that it is listed as expired.
      expect(await hall.count("one_time_token WHERE user_id = ?", [invited])).toBe(1);
      expect(await hall.count("one_time_token WHERE user_id = ?", [active])).toBe(0);
      expect(await sessionsOf(userId)).toBe(1);
    } finally {
      clock.now = began;
    }
  });

  it("does not sign in with a one-time token of a different kind", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    await hall.execute("UPDATE one_time_token SET kind = 'SET_PASSWORD' WHERE user_id = ?", [userId]);
    expect(await use(token)).toBe("SIGN_IN_LINK_UNKNOWN");
    await expect(showLink(signInServices, BROWSER, token)).rejects.toMatchObject({ code: "SIGN_IN_LINK_UNKNOWN" });
    expect([await sessionsOf(userId), (await attempts(userId)).length]).toEqual([0, 0]);
  });

  it("is not consumed by opening it, and opening it writes nothing", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    for (let times = 0; times < 3; times += 1)
      expect(await showLink(signInServices, BROWSER, token)).toMatchObject({
        kind: "link-shown",
        user: { id: userId },
      });
    expect([await sessionsOf(userId), (await attempts(userId)).length]).toEqual([0, 0]);
    expect(await use(token)).toBe(await landing());
    expect(await showLink(signInServices, BROWSER, token)).toMatchObject({
      kind: "refused",
      code: "SIGN_IN_LINK_USED",
    });
  });

  it("takes a seat if active people take seats, and signs in without one if the plan is full", async () => {
    const policies = { seatModel: "ACTIVE_USER", seatsFull: "BLOCK_TRAINING" } as const;
    await updateOrganization(hall.house.store, OPERATOR, organizationId, { totalSeats: 0, policies });
    const userId = await person();
    const seats = () => hall.count("seat WHERE user_id = ?", [userId]);
    expect(await use(await make(OPERATOR, userId))).toBe(await landing());
    expect(await seats()).toBe(0);
    await updateOrganization(hall.house.store, OPERATOR, organizationId, { totalSeats: 1 });
    expect(await use(await make(OPERATOR, userId))).toBe(await landing());
    expect(await seats()).toBe(1);
  });
});

describe("where a link leads", () => {
  it.each([
    ["/graphql?x=1", `${PUBLIC_URL}/graphql?x=1`],
    ["https://app.example/app/courses", "https://app.example/app/courses"],
  ])("is returnTo %s", async (returnTo, expected) => {
    expect(await use(await make(OPERATOR, await person(), { returnTo }))).toBe(expected);
  });

  it.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
    "https://app.example/apple",
  ])("is never %j, which the mutation refuses", async (returnTo) => {
    const userId = await person();
    expect(await codeOf(make(OPERATOR, userId, { returnTo }))).toBe("INVALID_INPUT");
    expect(await hall.count("one_time_token WHERE user_id = ?", [userId])).toBe(0);
  });

  it("is checked again when the link is used: an address that is no longer allowed leads to the landing page", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId, { returnTo: "https://app.example/app/x" });
    const narrowed = { ...signInServices, returnRules: { ...signInServices.returnRules, prefixes: [] } };
    expect(await useLink(narrowed, BROWSER, token)).toMatchObject({ location: await landing() });
  });

  it("is a course of the organization, relative to its landing URL, and does not start the training", async () => {
    const userId = await person();
    const landingUrl = "https://training.example/home?lang=en#top";
    await updateOrganization(hall.house.store, OPERATOR, organizationId, { landingUrl });
    const elsewhere = (await makeOrganization(hall.house)).id;
    const course = async (owner: string | null, archivedAt: Date | null = null) => {
      const id = `course-${(courses += 1)}`;
      const { now } = hall.house.clock;
      await hall.execute(
        `INSERT INTO course (id, organization_id, kind, title, title_key, archived_at, version, created_at, updated_at)
         VALUES (?, ?, 'COURSE', 'Safety', 'safety', ?, 1, ?, ?)`,
        [id, owner, archivedAt, now, now],
      );
      return id;
    };
    for (const owner of [organizationId, null]) {
      const courseId = await course(owner);
      expect(await use(await make(OPERATOR, userId, { courseId }))).toBe(
        `https://training.example/home?lang=en&course=${courseId}#top`,
      );
    }
    const [own, foreign] = [await course(organizationId), await course(elsewhere)];
    const archived = await course(organizationId, hall.house.clock.now);
    expect(await codeOf(make(OPERATOR, userId, { courseId: foreign }))).toBe("NOT_FOUND");
    expect(await codeOf(make(OPERATOR, userId, { courseId: archived }))).toBe("COURSE_ARCHIVED");
    expect(await codeOf(make(OPERATOR, userId, { courseId: own, returnTo: "/" }))).toBe("INVALID_INPUT");
    expect(await use(await make(OPERATOR, userId))).toBe(landingUrl);
    expect(await hall.count("training_start WHERE user_id = ?", [userId])).toBe(0);
  });
});

describe("the caller who makes a link", () => {
  it("needs USERS_WRITE in the organization", async () => {
    const userId = await person();
    const others = ALL_PERMISSIONS.filter((permission) => permission !== "USERS_WRITE");
    expect(await codeOf(make({ kind: "ANONYMOUS" }, userId))).toBe("UNAUTHENTICATED");
    expect(await codeOf(make(await keyWith(...others), userId))).toBe("FORBIDDEN");
    const elsewhere = (await makeOrganization(hall.house)).id;
    expect(await codeOf(make(personIn(elsewhere, userId), userId))).toBe("NOT_FOUND");
    expect(await codeOf(make(OPERATOR, "nobody"))).toBe("NOT_FOUND");
    expect(await hall.count("one_time_token")).toBe(
      await hall.count("one_time_token WHERE consumed_at IS NOT NULL OR user_id <> ?", [userId]),
    );
  });

  it("needs all permissions of the account's roles, and so cannot become an administrator by a link", async () => {
    const administrator = await person(["ADMIN"]);
    const manager = await person(["MANAGER"]);
    expect(await codeOf(make(await keyWith("USERS_WRITE"), administrator))).toBe("FORBIDDEN");
    expect(await codeOf(make(await keyWith("USERS_WRITE", "USERS_READ", "GROUPS_READ"), manager))).toBe("FORBIDDEN");
    expect(await use(await make(await keyWith(...ALL_PERMISSIONS), administrator))).toBe(await landing());
  });

  it("cannot make one for a guest, but for a person of the home with permissions in a different organization", async () => {
    const elsewhere = (await makeOrganization(hall.house)).id;
    const userId = await person();
    await addMember(hall.house.store, OPERATOR, { organizationId: elsewhere, userId, roleKeys: ["MANAGER"] });
    expect(await codeOf(make(await keyWith(...ALL_PERMISSIONS), userId))).toBe("NONE");
    const guest = await person(null, elsewhere);
    await addMember(hall.house.store, OPERATOR, { organizationId, userId: guest });
    for (const caller of [OPERATOR, await keyWith(...ALL_PERMISSIONS)])
      expect(await codeOf(make(caller, guest))).toBe("FORBIDDEN");
  });
});

const LATER = new Date("2099-01-01T00:00:00.000Z");
const LOCK =
  "INSERT INTO user_credential (user_id, password_hash, set_at, failed_attempts, locked_until) VALUES (?, '', ?, 9, ?)";
const stand = async (userId: string, state: string) => {
  if (state === "LOCKED") await hall.execute(LOCK, [userId, hall.house.clock.now, LATER]);
  else if (state === "SSO_REQUIRED")
    await updateOrganization(hall.house.store, OPERATOR, organizationId, { policies: { ssoEnforcement: "REQUIRED" } });
  else if (state === "BREAK_GLASS")
    await hall.execute("UPDATE app_user SET is_break_glass = ? WHERE id = ?", [true, userId]);
  else await hall.execute("UPDATE app_user SET status = ? WHERE id = ?", [state, userId]);
};
const STATES = [
  ["DISABLED", "ACCOUNT_DISABLED"],
  ["ARCHIVED", "ACCOUNT_ARCHIVED"],
  ["PENDING_APPROVAL", "ACCOUNT_PENDING_APPROVAL"],
  ["INVITED", "ACCOUNT_INVITED"],
  ["LOCKED", "ACCOUNT_LOCKED"],
  ["BREAK_GLASS", "ACCOUNT_BREAK_GLASS"],
  ["SSO_REQUIRED", "SSO_REQUIRED"],
] as const;

describe("an account whose person cannot sign in", () => {
  it.each(STATES)("gets no link: %s", async (state, code) => {
    const userId = await person();
    await stand(userId, state);
    expect(await codeOf(make(await keyWith(...ALL_PERMISSIONS), userId))).toBe(code);
    expect(await hall.count("one_time_token WHERE user_id = ?", [userId])).toBe(0);
  });

  it.each(STATES)("refuses an earlier link and consumes it: %s", async (state, code) => {
    const userId = await person();
    const token = await make(await keyWith(...ALL_PERMISSIONS), userId);
    await stand(userId, state);
    expect(await use(token)).toBe(code);
    expect(await sessionsOf(userId)).toBe(0);
    expect(await attempts(userId)).toMatchObject([{ outcome: code, steps: ["LINK", "COMPLETE"] }]);
    const told = (await eventsOf(userId)).at(-1)!;
    expect([told.type, JSON.parse(told.data).signIn.code]).toEqual(["user.sign_in_failed", code]);
    expect(await use(token)).toBe("SIGN_IN_LINK_USED");
  });

  it("gets a link from the operator although single sign-on is required, for when the provider is down", async () => {
    const userId = await person();
    await stand(userId, "SSO_REQUIRED");
    expect(await use(await make(OPERATOR, userId))).toBe(await landing());
  });

  it("can use a link when its lock ends", async () => {
    const userId = await person();
    await hall.execute(LOCK, [userId, hall.house.clock.now, hall.house.clock.now]);
    expect(await use(await make(OPERATOR, userId))).toBe(await landing());
  });
});

describe("a link becomes invalid", () => {
  it.each(["DISABLE", "ARCHIVE"] as const)("for good when the person loses access: %s", async (action) => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    await actOnUser(hall.house.store, OPERATOR, action, userId);
    expect(await use(token)).toBe("SIGN_IN_LINK_UNKNOWN");
    await actOnUser(hall.house.store, OPERATOR, action === "DISABLE" ? "ENABLE" : "RESTORE", userId);
    expect(await use(token)).toBe("SIGN_IN_LINK_UNKNOWN");
  });

  it("when its account is deleted", async () => {
    const userId = await person();
    const token = await make(OPERATOR, userId);
    await deleteUser(hall.house.store, { guards: [], erasers: [] }, OPERATOR, userId);
    expect(await use(token)).toBe("SIGN_IN_LINK_UNKNOWN");
    expect(await hall.count("one_time_token WHERE user_id = ?", [userId])).toBe(0);
  });

  it("when the key that made it is revoked", async () => {
    const userId = await person();
    const key = await keyWith("USERS_WRITE");
    const token = await make(key, userId);
    await revokeApiKey(hall.house.store, OPERATOR, key.apiKeyId);
    expect(await use(token)).toBe("SIGN_IN_LINK_WITHDRAWN");
    expect(await attempts(userId)).toMatchObject([{ detail: expect.stringContaining("has no access any more") }]);
  });

  it("when its account gets a role that grants more than its author has", async () => {
    const userId = await person();
    const token = await make(await keyWith("USERS_WRITE"), userId);
    await updateUser(hall.house.store, OPERATOR, { id: userId, roleKeys: ["ADMIN"] });
    expect(await use(token)).toBe("SIGN_IN_LINK_WITHDRAWN");
    expect(await sessionsOf(userId)).toBe(0);
  });

  it.each([
    ["demoted", (id: string) => updateUser(hall.house.store, OPERATOR, { id, roleKeys: ["USER"] })],
    ["disabled", (id: string) => actOnUser(hall.house.store, OPERATOR, "DISABLE", id)],
  ])("when its author is %s", async (_how, change) => {
    const [author, userId] = [await person(["ADMIN"]), await person()];
    await person(["ADMIN"]);
    const caller = personIn(organizationId, author);
    const [held, lost] = [await make(caller, userId), await make(caller, userId)];
    expect(await use(held)).toBe(await landing());
    await change(author);
    expect(await use(lost)).toBe("SIGN_IN_LINK_WITHDRAWN");
  });
});

describe("an account that waits for its first sign-in through a provider", () => {
  it("still waits after a link, and sessions of links end at that sign-in", async () => {
    const connection = await hall.makeConnection({}, organizationId);
    const email = `ada@${organizationId.slice(-12)}.example`;
    const userId = await hall.makeAccount({ email, authMethod: "SSO" }, organizationId);
    expect(await use(await make(OPERATOR, userId))).toBe(await landing());
    const pending = await make(OPERATOR, userId);
    const [row] = await hall.rows("SELECT first_signed_in_at, last_signed_in_at FROM app_user WHERE id = ?", [userId]);
    expect(row).toMatchObject({ first_signed_in_at: null, last_signed_in_at: expect.anything() });
    expect(await hall.enter(connection, { email, subject: `subject-of-${userId}` })).toBe(userId);
    expect(await use(pending)).toBe("SIGN_IN_LINK_UNKNOWN");
    expect(await hall.rows("SELECT connection_id FROM user_session WHERE user_id = ?", [userId])).toEqual([
      { connection_id: connection.id },
    ]);
  });
});
