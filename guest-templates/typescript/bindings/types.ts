// Made by `engraft build` from capability.yaml.
import type * as engraft from "../engraft/engraft.js";

export type GreetInput = { "name": string };

export type GreetOutput = { "text": string; "times": number | bigint };

export interface Host {
  log: engraft.Log;
  kv: engraft.Kv;
}
