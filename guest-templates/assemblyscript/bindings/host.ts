// Made by `engraft build` from capability.yaml.
import { Log } from "../engraft/host/log";
import { Kv } from "../engraft/host/kv";

/** What this capability may ask the host for. */
export class Host {
  log: Log = new Log();
  kv: Kv = new Kv();
}
