/**
 * Reads a provider's directory API with a token of the application, for the groups that an ID token does not contain.
 * If the directory cannot be read, the functions throw. They never return an empty list instead, because people would
 * lose their roles.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ProtocolRefusal, quote } from "../refusal.js";
import { isObject, requestJson, type JsonAnswer } from "./request-json.js";
import type { Surroundings } from "./surroundings.js";

/** Why a directory could not be read, for the administrator. */
export class DirectoryUnreadable extends Error {
  override readonly name = "DirectoryUnreadable";
}

export interface DirectoryDescription {
  /** The administrator's name for the directory. */
  readonly name: string;
  /** Its base address, without a slash at the end. Usher sends the token only there. */
  readonly url: string;
  /** Requests a token of the application. */
  readonly requestToken: () => Promise<JsonAnswer>;
  /** What an administrator must do if the directory denies access. */
  readonly remedy: string;
}

/** How many times one read waits if the provider asks it to retry later. */
const MOST_WAITS = 3;
const LONGEST_WAIT_SECONDS = 5;
/** The most pages of one list, enough for some thousands of groups of one person. */
const MOST_PAGES = 100;
/** No page is requested after this time, because a person waits for their sign-in. */
const LONGEST_READ_SECONDS = 20;
/** A token is renewed this long before it ends. */
const MARGIN_MILLISECONDS = 60_000;
/** How long Usher caches a list, for a person who signs in at two applications in a row. */
const FRESH_MILLISECONDS = 60_000;
const MOST_KEPT = 1_000;

/** One page of a list. */
export interface DirectoryPage {
  readonly values: readonly string[];
  /** The path or the address of the next page; `null` after the last one. */
  readonly next: string | null;
}

/** A list in a directory. */
export interface DirectoryList {
  /** The list's key in the cache. */
  readonly key: string;
  /** A path below the directory's address, which begins with a slash. */
  readonly path: string;
  readonly init?: RequestInit;
  /** Reads a page; `null` for an answer in an unknown form. */
  readonly readPage: (body: Readonly<Record<string, unknown>>) => DirectoryPage | null;
}

export interface Directory {
  /** @throws DirectoryUnreadable */
  readonly read: (list: DirectoryList) => Promise<readonly string[]>;
}

export function createDirectory(surroundings: Surroundings, description: DirectoryDescription): Directory {
  const { name, url, remedy } = description;
  let token: { readonly value: string; readonly endsAt: number } | null = null;
  const kept = new Map<string, { readonly values: readonly string[]; readonly readAt: number }>();
  const now = () => surroundings.now().getTime();

  /** Retries after the time that the provider names, at most three times in one read. */
  const askPatiently = async (waits: Waits, ask: () => Promise<JsonAnswer>): Promise<JsonAnswer> => {
    for (;;) {
      const answer = await ask();
      if (answer.status !== 429 && answer.status !== 503) return answer;
      const seconds = answer.retryAfterSeconds ?? 1;
      if (waits.left === 0 || seconds > LONGEST_WAIT_SECONDS)
        throw new DirectoryUnreadable(`${name} asks to try again after ${seconds} seconds (status ${answer.status}).`);
      waits.left -= 1;
      await wait(seconds * 1000);
    }
  };

  const takeToken = async (waits: Waits): Promise<string> => {
    if (token !== null && token.endsAt - MARGIN_MILLISECONDS > now()) return token.value;
    const { status, body } = await askPatiently(waits, description.requestToken);
    const { access_token: value, expires_in: seconds } = isObject(body) ? body : {};
    if (status !== 200 || typeof value !== "string" || value === "")
      throw new DirectoryUnreadable(`${name} gave no token: status ${status}${describeError(body)}. ${remedy}`);
    token = { value, endsAt: now() + (typeof seconds === "number" ? seconds : 0) * 1000 };
    return value;
  };

  const readPages = async (list: DirectoryList): Promise<readonly string[]> => {
    const waits: Waits = { left: MOST_WAITS };
    const endsAt = now() + LONGEST_READ_SECONDS * 1000;
    const values = new Set<string>();
    let address: string | null = `${url}${list.path}`;
    for (let pages = 0; address !== null; pages += 1) {
      if (now() > endsAt) throw new DirectoryUnreadable(`${name} took longer than ${LONGEST_READ_SECONDS} seconds.`);
      if (pages === MOST_PAGES) throw new DirectoryUnreadable(`${name} answered more than ${MOST_PAGES} pages.`);
      const authorization = `Bearer ${await takeToken(waits)}`;
      const from: string = address;
      const headers = { ...(list.init?.headers as Record<string, string> | undefined), authorization };
      const { status, body } = await askPatiently(waits, () =>
        requestJson(surroundings, name, from, { ...list.init, headers }, true),
      );
      if (status !== 200) {
        // The provider may have revoked the token, so the next read requests a new one.
        if (status === 401) token = null;
        throw new DirectoryUnreadable(`${name} answered status ${status}${describeError(body)}. ${remedy}`);
      }
      const page = isObject(body) ? list.readPage(body) : null;
      if (page === null) throw new DirectoryUnreadable(`${name} answered in an unknown form.`);
      for (const value of page.values) values.add(value);
      address = page.next?.startsWith("/") ? `${url}${page.next}` : page.next;
      if (address !== null && !address.startsWith(`${url}/`))
        throw new DirectoryUnreadable(`${name} named a next page at a different address: ${quote(address)}.`);
    }
    return [...values];
  };

  return {
    read: async (list) => {
      const known = kept.get(list.key);
      if (known !== undefined && now() - known.readAt < FRESH_MILLISECONDS) return known.values;
      try {
        const values = await readPages(list);
        kept.delete(list.key);
        kept.set(list.key, { values, readAt: now() });
        for (const oldest of kept.keys()) {
          if (kept.size <= MOST_KEPT) break;
          kept.delete(oldest);
        }
        return values;
      } catch (error) {
        if (error instanceof ProtocolRefusal) throw new DirectoryUnreadable(`${error.code}: ${error.detail}`);
        throw error;
      }
    },
  };
}

interface Waits {
  left: number;
}

/**
 * Reads the code and the message of an error, in the forms of OAuth 2.0, Microsoft Graph and Google's APIs. Leaves out
 * the rest of the answer.
 */
function describeError(body: unknown): string {
  if (!isObject(body)) return "";
  const { error, error_description: description } = body;
  const code = isObject(error) ? (error["code"] ?? error["status"]) : error;
  const message = isObject(error) ? error["message"] : description;
  const parts = [code, message].filter((part) => typeof part === "string" || typeof part === "number");
  return parts.length === 0 ? "" : `, ${parts.map((part) => quote(String(part))).join(", ")}`;
}
