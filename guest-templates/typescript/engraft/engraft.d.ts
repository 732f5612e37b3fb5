// What a capability in TypeScript is written with.

export type FailureKind = "invalid-input" | "denied" | "unavailable" | "failed";

/** Why an operation gave no output; throw it. Anything else that is thrown becomes `failed`. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  readonly effectHappened: boolean;
  constructor(kind: FailureKind, message: string, facts?: { retryable?: boolean; effectHappened?: boolean });
  static invalidInput(message: string): Failure;
  static denied(message: string): Failure;
  static unavailable(message: string): Failure;
  static failed(message: string): Failure;
}

export function readJson(text: string): unknown;
export function writeJson(value: unknown): string;

export type Level = "trace" | "debug" | "info" | "warn" | "error";
export interface Log { (level: Level, message: string, fields?: Record<string, string>): void }
export interface Kv {
  get(key: string): string | undefined;
  set(key: string, value: string | Uint8Array): void;
  delete(key: string): boolean;
  keys(prefix?: string, after?: string, limit?: number): string[];
  /** A BigInt where a double cannot hold it. */
  increment(key: string, delta?: number | bigint): number | bigint;
}
export interface Request {
  method?: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  timeoutMs?: number;
}
export interface Response { status: number; headers: [string, string][]; body: string }
export interface Http {
  send(request: Request): Response;
  sendAll(requests: Request[]): (Response | Failure)[];
}
export interface Random { bytes(count: number): Uint8Array; number(): bigint }
export interface Call { (capability: string, operation: string, input: unknown): unknown }
export interface Progress { (fraction: number | undefined, message?: string): void }
export interface Secrets { exists(name: string): boolean }
export interface Config { (key: string): string | undefined }
