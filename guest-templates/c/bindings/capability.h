/* Made by `engraft build` from capability.yaml. */
#ifndef ENGRAFT_BINDINGS_CAPABILITY_H
#define ENGRAFT_BINDINGS_CAPABILITY_H
#define ENGRAFT_HAS_KV 1
#define ENGRAFT_HAS_FAULT 1
#endif
