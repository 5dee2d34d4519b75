/** Merging accounts by address on a real database: which accounts are merged, what is removed, and what never happens. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeOrganization } from "../support/house.js";
import { ADA, openHall, type Hall } from "./arrivals.js";

const MERGING = { accountLinking: "MERGE_BY_EMAIL" } as const;
const GRACE = {
  subject: "grace-1",
  email: "grace@acme.example",
  username: "grace",
  firstName: "Grace",
  lastName: "Hopper",
};

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(async () => {
  await hall.close();
});

/** Each test has its own organization and connections. */
async function openOffice(policies: Parameters<Hall["makeConnection"]>[0] = MERGING) {
  const { id } = await makeOrganization(hall.house);
  const connection = await hall.makeConnection(policies, id);
  let addresses = 0;
  return {
    id,
    connection,
    /** An account with a password. Its address is unique in the installation. */
    makePasswordAccount: async (email?: string) => {
      addresses += 1;
      const address = email ?? `local-${addresses}@${id}.example`;
      const userId = await hall.makeAccount({ email: address, authMethod: "PASSWORD", roleKeys: null }, id);
      return { userId, email: address, subject: `subject-of-${userId}` };
    },
  };
}

/** An account with a password (its address proved or not), a session and a sent link. */
async function givePassword(userId: string, organizationId: string, provedAt: Date | null) {
  const { now } = hall.house.clock;
  const later = new Date(now.getTime() + 86_400_000);
  await hall.execute(
    "INSERT INTO user_credential (user_id, password_hash, set_at, email_verified_at, failed_attempts) VALUES (?, ?, ?, ?, 0)",
    [userId, "$argon2id$hash", now, provedAt],
  );
  for (const kind of ["SET_PASSWORD", "CHANGE_EMAIL"])
    await hall.execute(
      `INSERT INTO one_time_token (id, token_hash, kind, user_id, organization_id, payload, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, '{}', ?, ?)`,
      [`${kind}-${userId}`.slice(0, 36), `${kind}-${userId}`, kind, userId, organizationId, now, later],
    );
  await hall.execute(
    "INSERT INTO user_session (id, token_hash, user_id, organization_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
    [userId, `session-${userId}`, userId, organizationId, now, later],
  );
}

const leftOf = async (userId: string) => ({
  passwords: await hall.count("user_credential WHERE user_id = ?", [userId]),
  tokens: await hall.count("one_time_token WHERE user_id = ?", [userId]),
  stolenSessions: await hall.count("user_session WHERE token_hash = ?", [`session-${userId}`]),
});
const linksOf = async (subject: string) =>
  (
    await hall.rows<{ link_kind: string; retired_at: unknown }>(
      "SELECT link_kind, retired_at FROM identity WHERE subject = ? ORDER BY created_at, id",
      [subject],
    )
  ).map(({ link_kind, retired_at }) => (retired_at === null ? link_kind : `${link_kind}, retired`));

describe("merging", () => {
  it("joins the account with the password, keeps its id, and records event, audit entry and notice", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await linksOf(ada.subject)).toEqual(["MERGED"]);
    expect(await hall.count("event WHERE organization_id = ? AND type = 'user.merged'", [id])).toBe(1);
    expect(await hall.count("audit_entry WHERE organization_id = ? AND action = 'user.merged'", [id])).toBe(1);
    expect(await hall.count("event WHERE organization_id = ? AND type = 'user.created'", [id])).toBe(1);
  });

  it("removes password, sessions and links of an account whose address is not proved (pre-hijacking)", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await givePassword(userId, id, null);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await leftOf(userId)).toEqual({ passwords: 0, tokens: 0, stolenSessions: 0 });
    // Only the session of this sign-in exists.
    expect(await hall.count("user_session WHERE user_id = ?", [userId])).toBe(1);
    const [audit] = await hall.rows<{ after: string }>(
      "SELECT * FROM audit_entry WHERE organization_id = ? AND action = 'user.merged'",
      [id],
    );
    expect(JSON.stringify(audit)).toContain('droppedUnverifiedPassword\\":true');
  });

  it("removes links and the sessions of links from an account without a password (pre-hijacking)", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await givePassword(userId, id, null);
    await hall.execute("DELETE FROM user_credential WHERE user_id = ?", [userId]);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await leftOf(userId)).toEqual({ passwords: 0, tokens: 0, stolenSessions: 0 });
    const [audit] = await hall.rows<{ after_value: string }>(
      "SELECT after_value FROM audit_entry WHERE organization_id = ? AND action = 'user.merged'",
      [id],
    );
    expect(JSON.parse(audit!.after_value)).toMatchObject({ droppedUnverifiedPassword: false });
  });

  it("keeps a session of a provider in an account without a password", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await givePassword(userId, id, null);
    await hall.execute("DELETE FROM user_credential WHERE user_id = ?", [userId]);
    await hall.execute("UPDATE user_session SET connection_id = ? WHERE user_id = ?", [connection.id, userId]);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await leftOf(userId)).toEqual({ passwords: 0, tokens: 0, stolenSessions: 1 });
  });

  it("keeps the password of an account whose address is proved", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await givePassword(userId, id, hall.house.clock.now);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await leftOf(userId)).toEqual({ passwords: 1, tokens: 2, stolenSessions: 1 });
  });

  it("removes nothing from an account that it does not join", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await givePassword(userId, id, null);
    expect(await hall.enter(connection, { ...ada, emailVerified: false })).not.toBe(userId);
    expect(await leftOf(userId)).toEqual({ passwords: 1, tokens: 2, stolenSessions: 1 });
  });

  it("never crosses organizations", async () => {
    const there = await openOffice();
    const here = await openOffice();
    const { userId, ...ada } = await there.makePasswordAccount();
    const mine = await hall.enter(here.connection, ada);
    expect(mine).not.toBe(userId);
    expect(await hall.rows("SELECT home_organization_id FROM app_user WHERE id = ?", [mine])).toEqual([
      { home_organization_id: here.id },
    ]);
    // The same holds if the account is a member of this organization.
    await hall.execute(`UPDATE membership SET organization_id = ? WHERE user_id = ? AND organization_id = ?`, [
      here.id,
      userId,
      there.id,
    ]);
    expect(await hall.enter(here.connection, { ...ada, subject: "another", email: "other@acme.example" })).not.toBe(
      userId,
    );
    await hall.execute("DELETE FROM identity WHERE user_id = ?", [mine]);
    await hall.execute("DELETE FROM app_user WHERE id = ?", [mine]);
    expect(await hall.enter(here.connection, ada)).not.toBe(userId);
  });

  it("never touches a break-glass account", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    await hall.execute("UPDATE app_user SET is_break_glass = ? WHERE id = ?", [true, userId]);
    expect(await hall.enter(connection, ada)).not.toBe(userId);
  });

  it("needs a proved address: the provider verified it, or said nothing and the organization proved the domain", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const silent = { emailVerified: null };
    const one = await makePasswordAccount();
    expect(await hall.enter(connection, { subject: one.subject, email: one.email, ...silent })).not.toBe(one.userId);
    const two = await makePasswordAccount();
    const domain = two.email.slice(two.email.indexOf("@") + 1);
    await hall.execute(
      `INSERT INTO organization_domain (id, organization_id, domain, token, verified_domain, verified_at, created_at)
       VALUES (?, ?, ?, 'token', ?, ?, ?)`,
      [id, id, domain, domain, hall.house.clock.now, hall.house.clock.now],
    );
    const person = { subject: two.subject, email: two.email };
    expect(await hall.enter(connection, { ...person, ...silent })).toBe(two.userId);
    // The proof of a different organization does not count. No proof counts if the provider calls the address unverified.
    const three = await makePasswordAccount();
    expect(await hall.enter(connection, { subject: three.subject, email: three.email, emailVerified: false })).not.toBe(
      three.userId,
    );
    const other = await openOffice();
    const four = await other.makePasswordAccount(`elsewhere@${domain}`);
    expect(await hall.enter(other.connection, { subject: four.subject, email: four.email, ...silent })).not.toBe(
      four.userId,
    );
  });

  it("ignores its links while it is off, and uses them when it is on again", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    expect(await hall.enter(connection, ada)).toBe(userId);
    await hall.changePolicies(connection, { accountLinking: "NONE" });
    const alone = await hall.enter(connection, ada);
    expect(alone).not.toBe(userId);
    expect(await hall.enter(connection, ada)).toBe(alone);
    await hall.changePolicies(connection, MERGING);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await linksOf(ada.subject)).toEqual(["MERGED", "OWN"]);
    await hall.changePolicies(connection, { accountLinking: "NONE" });
    expect(await hall.enter(connection, ada)).toBe(alone);
  });

  it("joins people who had an account of their own when it is turned on", async () => {
    const { connection, makePasswordAccount } = await openOffice({ accountLinking: "NONE" });
    const { userId, ...ada } = await makePasswordAccount();
    const alone = await hall.enter(connection, ada);
    expect(alone).not.toBe(userId);
    await hall.changePolicies(connection, MERGING);
    expect(await hall.enter(connection, ada)).toBe(userId);
    await hall.changePolicies(connection, { accountLinking: "NONE" });
    expect(await hall.enter(connection, ada)).toBe(alone);
  });

  it("gives a joined person a new account after their address changed, and never the account of a different person", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    const bob = await makePasswordAccount();
    expect(await hall.enter(connection, ada)).toBe(userId);
    const changed = { ...ada, email: bob.email };
    const anew = await hall.enter(connection, changed);
    expect([userId, bob.userId]).not.toContain(anew);
    for (let turn = 0; turn < 3; turn += 1) expect(await hall.enter(connection, changed)).toBe(anew);
    // The old address does not lead to the earlier account either.
    expect(await hall.enter(connection, ada)).toBe(anew);
    expect((await linksOf(ada.subject)).toSorted()).toEqual(["MERGED, retired", "OWN"]);
  });

  it("does not follow a change of address of a person who was not joined", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const bob = await makePasswordAccount();
    const grace = { ...GRACE, subject: `grace-of-${bob.userId}` };
    const own = await hall.enter(connection, grace);
    for (let turn = 0; turn < 3; turn += 1) {
      hall.house.clock.now = new Date(hall.house.clock.now.getTime() + 60_000);
      expect(await hall.enter(connection, { ...grace, email: bob.email })).toBe(own);
    }
  });

  it("keeps a joined person whose provider leaves the address out once", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await hall.enter(connection, { ...ada, email: null, emailVerified: null })).toBe(userId);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await hall.enter(connection, { ...ada, email: ada.email.toUpperCase() })).toBe(userId);
  });

  it("joins accounts of other connections that merge, and of no others", async () => {
    const { id, connection } = await openOffice();
    const alone = await hall.makeConnection({ accountLinking: "NONE" }, id);
    const together = await hall.makeConnection(MERGING, id);
    const [ada, grace] = [{ email: ADA }, GRACE];
    const adaAlone = await hall.enter(alone, ada);
    const graceTogether = await hall.enter(together, grace);
    expect(await hall.enter(connection, ada)).not.toBe(adaAlone);
    expect(await hall.enter(connection, grace)).toBe(graceTogether);
    // After that connection stops merging, its person has their own account. The link of this connection stays.
    await hall.changePolicies(together, { accountLinking: "NONE" });
    const another = { subject: "hedy-1", email: "hedy@acme.example" };
    const hedy = await hall.enter(together, another);
    expect(await hall.enter(connection, another)).not.toBe(hedy);
  });

  it("joins no account that was created elsewhere with an unverified address (pre-hijacking)", async () => {
    const { id, connection } = await openOffice();
    const lax = await hall.makeConnection(MERGING, id);
    const victim = { subject: "victim", email: `victim@${id}.example` };
    for (const [subject, emailVerified] of [
      ["denied", false],
      ["silent", null],
    ] as const) {
      const squatter = await hall.enter(lax, { subject, email: `${subject}-${victim.email}`, emailVerified });
      const own = await hall.enter(connection, { subject, email: `${subject}-${victim.email}` });
      expect(own).not.toBe(squatter);
      expect(await hall.enter(connection, { subject, email: `${subject}-${victim.email}` })).toBe(own);
    }
    // If the other provider verifies the address later, the next sign-in joins the account.
    const late = { subject: "late", email: `late@${id}.example` };
    const waiting = await hall.enter(lax, { ...late, emailVerified: null });
    expect(await hall.enter(lax, late)).toBe(waiting);
    expect(await hall.enter(connection, late)).toBe(waiting);
  });

  it("joins no account whose person signed in with a different address first (pre-hijacking)", async () => {
    const { id, connection } = await openOffice();
    const lax = await hall.makeConnection(MERGING, id);
    const victim = `victim@${id}.example`;
    const mallory = { subject: "mallory", email: `mallory@${id}.example` };
    const squatter = await hall.enter(lax, mallory);
    expect(await hall.enter(lax, { ...mallory, email: victim, emailVerified: null })).toBe(squatter);
    // A sign-in without an address keeps the earlier address, and does not join the account either.
    expect(await hall.enter(lax, { ...mallory, email: null })).toBe(squatter);
    expect(await hall.enter(connection, { subject: "victim", email: victim })).not.toBe(squatter);
  });

  it.each<[string, "email" | "mapped claim"]>([
    ["a provider that calls it unverified", "email"],
    ["a mapped claim", "mapped claim"],
  ])("joins no password account whose address came from %s (pre-hijacking)", async (_name, by) => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const lax = await hall.makeConnection(MERGING, id);
    const victim = `victim-by-${by === "email" ? 1 : 2}@${id}.example`;
    const { userId, ...mallory } = await makePasswordAccount();
    await givePassword(userId, id, hall.house.clock.now);
    // An administrator made this link for the account's person.
    expect(await hall.enter(lax, mallory)).toBe(userId);
    await hall.execute("UPDATE identity SET link_kind = 'OWN' WHERE subject = ?", [mallory.subject]);
    await hall.setMappings(lax, "ATTRIBUTE", [{ claim: "mail", target: "email" }]);
    const claims = by === "email" ? { email: victim, emailVerified: false } : { attributes: { mail: [victim] } };
    expect(await hall.enter(lax, { ...mallory, ...claims })).toBe(userId);
    expect(await hall.rows("SELECT email FROM app_user WHERE id = ?", [userId])).toEqual([{ email: victim }]);
    // The proof is for a different address.
    expect(await hall.rows("SELECT email_verified_at FROM user_credential WHERE user_id = ?", [userId])).toEqual([
      { email_verified_at: null },
    ]);
    expect(await hall.enter(connection, { subject: `victim-${by}`, email: victim })).not.toBe(userId);
  });

  it("no longer leads to an account that became a break-glass account after the merge", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    expect(await hall.enter(connection, ada)).toBe(userId);
    await hall.execute("UPDATE app_user SET is_break_glass = ? WHERE id = ?", [true, userId]);
    const own = await hall.enter(connection, ada);
    expect(own).not.toBe(userId);
    expect(await hall.enter(connection, ada)).toBe(own);
    expect(await linksOf(ada.subject)).toEqual(["MERGED", "OWN"]);
  });

  it("never joins two people of one connection", async () => {
    const { connection } = await openOffice();
    const ada = await hall.enter(connection, { subject: "one", email: "one@acme.example" });
    const grace = await hall.enter(connection, { subject: "two", email: "two@acme.example" });
    // The provider gives the first person's address to the second.
    expect(await hall.enter(connection, { subject: "two", email: "one@acme.example" })).toBe(grace);
    expect(await hall.enter(connection, { subject: "one", email: "one@acme.example" })).toBe(ada);
    expect(await hall.arrive(connection, { subject: "three", email: "one@acme.example" })).toEqual({
      code: "SUBJECT_CHANGED",
    });
  });

  it("joins no account that a different subject of the connection was joined to", async () => {
    const { connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    const mallory = { subject: `mallory-of-${userId}`, email: "mallory@acme.example" };
    const own = await hall.enter(connection, mallory);
    expect(await hall.enter(connection, ada)).toBe(userId);
    expect(await hall.enter(connection, { ...mallory, email: ada.email })).toBe(own);
    expect(await hall.arrive(connection, { subject: `eve-of-${userId}`, email: ada.email })).toEqual({
      code: "SUBJECT_CHANGED",
    });
  });

  it("joins a person once who signs in many times at once", async () => {
    const { id, connection, makePasswordAccount } = await openOffice();
    const { userId, ...ada } = await makePasswordAccount();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => hall.arrive(connection, ada)));
    expect(outcomes).toEqual(outcomes.map(() => ({ code: "IN", userId })));
    expect(await linksOf(ada.subject)).toEqual(["MERGED"]);
    expect(await hall.count("event WHERE organization_id = ? AND type = 'user.merged'", [id])).toBe(1);
  });
});

describe("the account that merged people share", () => {
  /** Connections by name. One person signs in through all of them with one address. */
  async function openSwitchboard() {
    const { id, makePasswordAccount } = await openOffice();
    const person = { subject: "ada", email: `ada@${id}.example` };
    const connections = new Map<string, Awaited<ReturnType<Hall["makeConnection"]>>>();
    for (const name of ["a", "b", "c"])
      connections.set(name, await hall.makeConnection({ accountLinking: "NONE" }, id));
    const at = (name: string) => connections.get(name)!;
    return {
      id,
      at,
      person,
      makePasswordAccount: async () => (await makePasswordAccount(person.email)).userId,
      merge: async (...names: string[]) => {
        for (const name of names) await hall.changePolicies(at(name), MERGING);
      },
      stop: async (name: string) => await hall.changePolicies(at(name), { accountLinking: "NONE" }),
      signIn: async (name: string) => {
        hall.house.clock.now = new Date(hall.house.clock.now.getTime() + 60_000);
        return await hall.enter(at(name), person);
      },
    };
  }

  it.each<[string, readonly string[]]>(
    [
      [
        "is the older one of two existing accounts",
        "a signs in: A, b signs in: B, a merges, b merges, a signs in: A, b signs in: A, a signs in: A, b signs in: A",
      ],
      [
        "outlasts a switch of one connection off and on again",
        "a merges, b merges, a signs in: A, b signs in: A, b stops merging, b signs in: B, b merges, b signs in: A, a signs in: A",
      ],
      [
        "is the oldest, whichever connection made it",
        "b signs in: A, a signs in: B, a merges, b merges, a signs in: A, b signs in: A",
      ],
      [
        "is the oldest of three accounts, and nobody is refused",
        "a signs in: A, b signs in: B, c signs in: C, c merges, b merges, c signs in: B, a merges, c signs in: A, b signs in: A, a signs in: A",
      ],
      [
        "outlasts a switch of the connection that made it",
        "a merges, b merges, a signs in: A, b signs in: A, a stops merging, b signs in: A, c merges, c signs in: A, a signs in: A, a merges, a signs in: A, b signs in: A",
      ],
    ].map(([name, steps]) => [name!, steps!.split(", ")]),
  )("%s", async (_name, steps) => {
    const board = await openSwitchboard();
    const accounts = new Map<string, string>();
    for (const step of steps) {
      const [name, verb, account] = step.split(/ signs in: | (merges|stops merging)/u).filter(Boolean);
      if (verb === "merges") await board.merge(name!);
      else if (verb === "stops merging") await board.stop(name!);
      else {
        const place = await board.signIn(name!);
        const letter = [...accounts].find(([, userId]) => userId === place)?.[0] ?? "ABC"[accounts.size]!;
        accounts.set(letter, place);
        expect(`${step}, really ${letter}`).toBe(`${step}, really ${account ?? verb}`);
      }
    }
  });

  it("becomes the one with a password; the audit log names the account that people leave, and their sessions end", async () => {
    const { id, at, merge, signIn, makePasswordAccount } = await openSwitchboard();
    await merge("a", "b");
    const first = await signIn("a");
    expect(await signIn("b")).toBe(first);
    const local = await makePasswordAccount();
    expect(await signIn("b")).toBe(local);
    expect(await hall.count("user_session WHERE user_id = ? AND connection_id = ?", [first, at("b").id])).toBe(0);
    expect(await hall.count("user_session WHERE user_id = ? AND connection_id = ?", [first, at("a").id])).toBe(1);
    const events = await hall.rows<{ data: string }>(
      "SELECT data FROM event WHERE organization_id = ? AND type = 'user.unmerged'",
      [id],
    );
    expect(events.map(({ data }) => JSON.parse(data))).toMatchObject([
      { user: { id: first }, connectionId: at("b").id, reason: "MEETING_ACCOUNT_CHANGED" },
    ]);
    expect(await signIn("a")).toBe(local);
    // After that account is deleted, they share the earlier one again.
    await hall.execute("DELETE FROM app_user WHERE id = ?", [local]);
    expect([await signIn("b"), await signIn("a")]).toEqual([first, first]);
  });

  it("is not an archived account while another is active", async () => {
    const { merge, signIn } = await openSwitchboard();
    const [first, second] = [await signIn("a"), await signIn("b")];
    await merge("a", "b", "c");
    expect([await signIn("c"), await signIn("b")]).toEqual([first, first]);
    await hall.execute("UPDATE app_user SET status = 'ARCHIVED' WHERE id = ?", [first]);
    expect([await signIn("c"), await signIn("b"), await signIn("a")]).toEqual([second, second, second]);
    await hall.execute("UPDATE app_user SET status = 'ACTIVE' WHERE id = ?", [first]);
    expect([await signIn("c"), await signIn("b"), await signIn("a")]).toEqual([first, first, first]);
  });

  it("is never the account of a person whose merge was undone", async () => {
    const { at, person, merge, signIn } = await openSwitchboard();
    await merge("a", "b", "c");
    const first = await signIn("a");
    expect(await signIn("b")).toBe(first);
    const [link] = await hall.rows<{ id: string }>("SELECT id FROM identity WHERE connection_id = ?", [at("b").id]);
    await hall.undo(link!.id);
    const apart = await signIn("b");
    expect(apart).not.toBe(first);
    await hall.execute("UPDATE app_user SET status = 'ARCHIVED' WHERE id = ?", [first]);
    expect(await signIn("b")).toBe(apart);
    for (const name of ["a", "c"]) expect(await hall.arrive(at(name), person)).toEqual({ code: "ACCOUNT_ARCHIVED" });
  });

  it("stays, although its providers send different addresses", async () => {
    const { id, at, person, merge, signIn } = await openSwitchboard();
    await merge("a", "b", "c");
    const first = await signIn("a");
    expect(await signIn("b")).toBe(first);
    expect(await hall.enter(at("a"), { ...person, email: `renamed@${id}.example` })).toBe(first);
    expect(await signIn("c")).toBe(first);
    expect(await signIn("b")).toBe(first);
  });
});

describe("asking an administrator", () => {
  it("asks once, refuses until the administrator answers, and creates an account after a rejection", async () => {
    const { id, connection, makePasswordAccount } = await openOffice({ accountLinking: "ADMIN_LINK" });
    const { userId, ...ada } = await makePasswordAccount();
    for (let turn = 0; turn < 3; turn += 1)
      expect(await hall.arrive(connection, ada)).toEqual({ code: "LINK_PENDING" });
    expect(await hall.rows("SELECT user_id, subject, state FROM link_request WHERE organization_id = ?", [id])).toEqual(
      [{ user_id: userId, subject: ada.subject, state: "PENDING" }],
    );
    expect(await linksOf(ada.subject)).toEqual([]);
    await hall.execute("UPDATE link_request SET state = 'REJECTED' WHERE organization_id = ?", [id]);
    expect(await hall.enter(connection, ada)).not.toBe(userId);
  });

  it("asks once if the person signs in many times at once", async () => {
    const { id, connection, makePasswordAccount } = await openOffice({ accountLinking: "ADMIN_LINK" });
    const { userId: _, ...ada } = await makePasswordAccount();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => hall.arrive(connection, ada)));
    expect(outcomes).toEqual(outcomes.map(() => ({ code: "LINK_PENDING" })));
    expect(await hall.count("link_request WHERE organization_id = ?", [id])).toBe(1);
  });

  it("does not ask about an address that the provider calls unverified", async () => {
    const { id, connection, makePasswordAccount } = await openOffice({ accountLinking: "ADMIN_LINK" });
    const { userId, ...ada } = await makePasswordAccount();
    expect(await hall.enter(connection, { ...ada, emailVerified: false })).not.toBe(userId);
    expect(await hall.count("link_request WHERE organization_id = ?", [id])).toBe(0);
  });
});
