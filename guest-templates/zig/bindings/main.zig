// Made by `engraft build` from capability.yaml.
const engraft = @import("engraft");
const capability = @import("capability");

pub const panic = engraft.panic;

export fn op_greet(input: *engraft.Json) callconv(.c) engraft.Answer {
    return engraft.run(capability.GreetInput, capability.greet, input);
}
