/** Receivers of webhooks for tests: one server, with a receiver under each path. Each behaves as the test defines. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** How a receiver treats messages. */
export type Behaviour =
  | { readonly kind: "ok"; readonly delayMs?: number }
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Refuses each message whose number is a multiple of `every`, and accepts its retry. */
  | { readonly kind: "flaky"; readonly every: number }
  /** Closes the connection without an answer. */
  | { readonly kind: "reset" }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Sends status 200 with a body that does not end. */
  | { readonly kind: "endless" }
  | { readonly kind: "redirect"; readonly to: string };

/** A received message. */
export interface Received {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  // any: tests read what they expect and fail where it is missing
  readonly message: any;
  /** The indexes of the receiver's secrets that signed it. */
  readonly verifiedBy: readonly number[];
  /** The order of arrival at the server. */
  readonly arrival: number;
  /** Whether the receiver accepted it. */
  readonly isTaken: boolean;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The received messages, without test messages. */
  readonly events: () => readonly Received[];
  /** The secrets with which it checks signatures. */
  secrets: readonly string[];
  behaviour: Behaviour;
}

export interface WebhookReceivers {
  readonly url: string;
  readonly add: (name: string, behaviour?: Behaviour) => WebhookReceiver;
  readonly close: () => Promise<void>;
}

/**
 * Starts a server on a free port. It always accepts test messages, so that a test can add a failing receiver as an endpoint.
 *
 * @param isLean leaves out the bodies of messages, for tests with many thousands of them
 */
export async function startWebhookReceivers({ isLean = false } = {}): Promise<WebhookReceivers> {
  const receivers = new Map<string, WebhookReceiver & { received: Received[]; known: Set<string> }>();
  let arrivals = 0;
  const server: Server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const receiver = receivers.get((request.url ?? "").replace(/\?.*$/, ""));
      if (receiver === undefined) return void response.writeHead(404).end();
      const id = String(request.headers["webhook-id"]);
      const message = parse(body);
      const { behaviour } = receiver;
      const isTest = message?.type === "endpoint.test";
      const isNew = !isTest && !receiver.known.has(id);
      if (isNew) receiver.known.add(id);
      const isRefused = behaviour.kind === "flaky" && isNew && receiver.known.size % behaviour.every === 0;
      const isTaken = isTest || behaviour.kind === "ok" || (behaviour.kind === "flaky" && !isRefused);
      receiver.received.push({
        id,
        headers: request.headers as Record<string, string>,
        body: isLean ? "" : body,
        message: isLean ? { type: message?.type, data: { sequence: message?.data.sequence } } : message,
        verifiedBy: verify(receiver.secrets, body, request),
        arrival: (arrivals += 1),
        isTaken,
      });
      if (isTest) return void response.writeHead(204).end();
      await answer(behaviour, isRefused, response);
    });
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    add: (name, behaviour = { kind: "ok" }) => {
      const received: Received[] = [];
      const receiver = {
        url: `${url}/${name}`,
        received,
        known: new Set<string>(),
        events: () => received.filter(({ message }) => message?.type !== "endpoint.test"),
        secrets: [] as readonly string[],
        behaviour,
      };
      receivers.set(`/${name}`, receiver);
      return receiver;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}

async function answer(behaviour: Behaviour, isRefused: boolean, response: ServerResponse): Promise<void> {
  switch (behaviour.kind) {
    case "ok":
      if (behaviour.delayMs) await new Promise((settle) => setTimeout(settle, behaviour.delayMs));
      return void response.writeHead(200).end("taken");
    case "status":
      return void response.writeHead(behaviour.status, behaviour.headers).end(`no: ${behaviour.status}`);
    case "flaky":
      return void response.writeHead(isRefused ? 500 : 200).end(isRefused ? "not now" : "taken");
    case "reset":
      return void response.socket?.destroy();
    case "hang":
      return;
    case "endless": {
      response.writeHead(200, { "content-type": "text/plain" });
      const pour = () => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
        if (!response.destroyed) response.once("drain", pour);
      };
      return pour();
    }
    case "redirect":
      return void response.writeHead(302, { location: behaviour.to }).end();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

// any: a body may be anything
function parse(body: string): any {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Checks a signature with the library of the specification, like a receiver. */
function verify(secrets: readonly string[], body: string, request: IncomingMessage): number[] {
  return secrets.flatMap((secret, place) => {
    try {
      new Webhook(secret).verify(body, request.headers as Record<string, string>);
      return [place];
    } catch {
      return [];
    }
  });
}
