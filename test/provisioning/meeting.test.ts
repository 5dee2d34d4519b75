/**
 * One person signs in through several connections. Once all of them merge, every sign-in leads to the same account. Histories
 * are arbitrary and run in memory.
 */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import type { AddressLink, MergeCandidate } from "../../src/connection/identity/meeting-account.js";
import type { User } from "../../src/people/user/user.js";
import type { KnownIdentity } from "../../src/provisioning/decide-account.js";
import { decide, linkOf, MOMENT, situation, USER } from "./situations.js";
import { times } from "../../testing/long.js";

const ADA = "ada@acme.example";

interface Account {
  user: User;
  /** The last address that a provider sent for the account, and when. */
  sent: { email: string; at: number } | null;
}
interface Link {
  readonly id: string;
  readonly connection: number;
  readonly kind: "OWN" | "MERGED";
  readonly account: Account;
  readonly madeAt: number;
  email: string;
  retired: boolean;
}

/** An organization with several connections. One person signs in through each of them. */
class Office {
  private clock = 0;
  private accounts: Account[] = [];
  private links: Link[] = [];
  private readonly merging: boolean[];
  private readonly addresses: string[];
  /** People whose address changed, or whose merge an administrator undid. They are not merged again. */
  readonly apart = new Set<number>();
  readonly unmerged = new Set<number>();

  constructor(readonly size: number) {
    this.merging = Array.from({ length: size }, () => false);
    this.addresses = Array.from({ length: size }, () => ADA);
  }

  switch(connection: number, merges: boolean): void {
    this.merging[connection] = merges;
  }

  changeAddress(connection: number, email: string): void {
    if (this.addresses[connection] !== email) this.apart.add(connection);
    this.addresses[connection] = email;
  }

  undo(connection: number): void {
    const link = this.find(connection, "MERGED");
    if (link === undefined) return;
    link.retired = true;
    this.apart.add(connection);
    this.unmerged.add(connection);
  }

  makePasswordAccount(): void {
    this.makeAccount("PASSWORD", null);
  }

  delete(index: number): void {
    const [account] = this.accounts.splice(index, 1);
    // The record that a person was unmerged from an account is deleted with the account.
    for (const link of this.links) if (link.account === account && link.retired) this.unmerged.delete(link.connection);
    this.links = this.links.filter((link) => link.account !== account);
  }

  setStatus(index: number, status: User["status"]): void {
    const account = this.accounts[index];
    if (account !== undefined) account.user = { ...account.user, status };
  }

  /** Signs in the person of a connection. Returns the id of their account, or the code of the refusal. */
  signIn(connection: number): string {
    this.clock += 1;
    const email = this.addresses[connection]!;
    const decision = decide(this.situationOf(connection, email));
    if (decision.kind === "refuse") return decision.failure.code;
    if (decision.kind === "ask" || decision.kind === "link") throw new Error(`decided to ${decision.kind}`);
    const ended = this.links.find(({ id }) => id === decision.ended?.identityId);
    if (decision.ended?.reason === "ADDRESS_CHANGED") ended!.retired = true;
    else this.links = this.links.filter((link) => link !== ended);
    if (decision.kind === "update") {
      const link = this.links.find(({ id }) => id === decision.identityId)!;
      link.email = email;
      this.recordAddress(link.account, email);
      return link.account.user.id;
    }
    // An unmerged person is never merged again.
    if (decision.kind === "merge") expect(this.unmerged).not.toContain(connection);
    const account =
      decision.kind === "create"
        ? this.makeAccount("SSO", email)
        : this.accounts.find(({ user }) => user.id === decision.candidate.user.id)!;
    const kind = decision.kind === "create" ? "OWN" : "MERGED";
    this.recordAddress(account, email);
    const id = `link-${this.clock}`;
    this.links.push({ id, connection, kind, account, madeAt: this.clock, email, retired: false });
    return account.user.id;
  }

  private makeAccount(authMethod: User["authMethod"], email: string | null): Account {
    this.clock += 1;
    const createdAt = new Date(MOMENT.getTime() + this.clock);
    const user = {
      ...USER,
      id: `user-${this.clock}`,
      email: email ?? ADA,
      authMethod,
      createdAt,
      firstSignedInAt: MOMENT,
    };
    const account = { user, sent: email === null ? null : { email, at: this.clock } };
    this.accounts.push(account);
    return account;
  }

  /** A provider's value outranks every other source. Sending it again changes nothing. */
  private recordAddress(account: Account, email: string): void {
    if (account.sent?.email !== email) account.sent = { email, at: this.clock };
    account.user = { ...account.user, email };
  }

  private find(connection: number, kind: Link["kind"]): Link | undefined {
    return this.links.find((link) => link.connection === connection && link.kind === kind && !link.retired);
  }

  private situationOf(connection: number, email: string) {
    const [own, merged] = [this.find(connection, "OWN"), this.find(connection, "MERGED")];
    const base = situation({ profile: { email }, policies: this.policiesOf(connection) });
    const known = ({ id, account, email: emailKey }: Link): KnownIdentity => ({
      identityId: id,
      user: account.user,
      emailKey,
      emailVerified: true,
    });
    const carrying = this.links.filter((link) => !link.retired && link.email === email);
    const kept = own?.email === email && own.account.sent?.email === email && own.account.sent.at <= own.madeAt;
    return {
      ...base,
      account: {
        ...base.account,
        own: own === undefined ? null : known(own),
        ownAddressKept: kept,
        merged: merged === undefined ? null : known(merged),
        unmerged: this.hasRetired(connection),
        candidates: this.accounts
          .filter(
            (account) =>
              account.user.email === email ||
              carrying.some((link) => link.account === account && (link.kind === "MERGED" || account.sent !== null)),
          )
          .map((account): MergeCandidate => ({
            user: account.user,
            unverifiedPassword: false,
            addressFromProvider: account.sent !== null,
            links: carrying
              .filter((link) => link.account === account && link.connection !== connection)
              .map((link): AddressLink =>
                linkOf({ ...this.policiesOf(link.connection), unmerged: this.hasRetired(link.connection, email) }),
              ),
          })),
      },
    };
  }

  private policiesOf(connection: number) {
    return { accountLinking: this.merging[connection] ? ("MERGE_BY_EMAIL" as const) : ("NONE" as const) };
  }

  private hasRetired(connection: number, email?: string): boolean {
    return this.links.some(
      (link) => link.connection === connection && link.retired && (email === undefined || link.email === email),
    );
  }
}

type Step = (office: Office) => void;
const SIZE = 4;
const connection = fc.nat(SIZE - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: connection.map((at): Step => (office) => {
      office.signIn(at);
    }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(connection, fc.boolean()).map(
      ([at, on]): Step =>
        (office) =>
          office.switch(at, on),
    ),
  },
  fc.tuple(connection, fc.constantFrom(ADA, "bob@acme.example")).map(
    ([at, email]): Step =>
      (office) =>
        office.changeAddress(at, email),
  ),
  connection.map(
    (at): Step =>
      (office) =>
        office.undo(at),
  ),
  fc.nat(3).map(
    (index): Step =>
      (office) =>
        office.delete(index),
  ),
  fc.tuple(fc.nat(3), fc.constantFrom("ACTIVE" as const, "DISABLED" as const, "ARCHIVED" as const)).map(
    ([index, status]): Step =>
      (office) =>
        office.setStatus(index, status),
  ),
  fc.constant<Step>((office) => office.makePasswordAccount()),
);
const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: SIZE });

it("once all connections merge, they lead to one account; switching merging off and on leads to the same account", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25 }),
      fc.array(order, { minLength: 5, maxLength: 5 }),
      fc.subarray([0, 1, 2, 3]),
      (history, [settling, first, second, during, last], switched) => {
        const office = new Office(SIZE);
        for (const happen of history) happen(office);
        for (const at of settling!) office.switch(at, true);
        for (const at of settling!) office.signIn(at);
        const round = (turns: readonly number[]) => {
          const places = new Map(turns.map((at) => [at, office.signIn(at)]));
          return turns.toSorted((left, right) => left - right).map((at) => [at, places.get(at)!] as const);
        };
        const places = round(first!);
        const meeting = places.filter(([at]) => !office.apart.has(at)).map(([, place]) => place);
        expect(new Set(meeting).size).toBeLessThanOrEqual(1);
        expect(round(second!)).toEqual(places);
        // While merging is off, a refused person gets an account of their own.
        if (places.some(([, place]) => !place.startsWith("user-"))) return;
        for (const at of switched) office.switch(at, false);
        round(during!);
        for (const at of switched) office.switch(at, true);
        expect(round(last!)).toEqual(places);
      },
    ),
    { numRuns: times(1_000) },
  );
});
