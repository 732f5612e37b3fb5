// Made by `engraft build` from capability.yaml.
import { Kv } from "../engraft/host/kv";

/** What this capability may ask the host for. */
export class Host {
  kv: Kv = new Kv();
}
