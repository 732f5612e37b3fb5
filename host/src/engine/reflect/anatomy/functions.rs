//! Exported functions to operations, with the names that they answer to.
//!
//! *Never:* a function is left out silently; what cannot be called is listed with its reason.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of what a component may export only functions, instances and resources matter here"
)]

use std::collections::HashMap;

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentEntityType, ComponentFuncTypeId, ComponentItem,
};
use wasmparser::types::{Types, TypesRef};

use super::super::docs::Docs;
use super::super::error::ReflectError;
use super::super::imports::unversioned;
use super::super::operation::{Place, Plan, Signature, Skipped};
use super::super::shape::{Names, Record, Resource, Shape, Title};
use super::types::Shapes;

/// Exported functions that are described. WASI's largest package has about a hundred.
const FUNCTIONS_MAX: usize = 1_024;

/// What the exports amount to.
pub(super) struct Exports {
    pub(super) plans: Vec<Plan>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) speaks_contract: bool,
    pub(super) is_async: bool,
}

/// Looks at every exported function, in the root and in interfaces.
pub(super) fn exports(
    types: &Types,
    imports: &[String],
    exports: &[String],
    docs: &Docs,
) -> Result<Exports, ReflectError> {
    let mut survey = Survey {
        types: types.as_ref(),
        shapes: Shapes::new(types, docs),
        docs,
        interfaces: exports,
        found: 0,
        exports: Exports {
            plans: Vec::new(),
            skipped: Vec::new(),
            speaks_contract: false,
            is_async: false,
        },
    };
    survey.note_imports(imports);
    survey.visit_all(exports)?;
    survey.exports.speaks_contract = speaks_contract(&survey.exports.plans);
    Ok(survey.exports)
}

struct Survey<'a> {
    types: TypesRef<'a>,
    shapes: Shapes<'a>,
    docs: &'a Docs,
    interfaces: &'a [String],
    found: usize,
    exports: Exports,
}

impl<'a> Survey<'a> {
    fn note_imports(&mut self, imports: &[String]) {
        for name in imports {
            match self.types.component_item_for_import(name).map(|item| item.ty) {
                Some(ComponentEntityType::Instance(id)) => self.shapes.note_import(name, id),
                Some(ComponentEntityType::Type {
                    created: ComponentAnyTypeId::Resource(id),
                    ..
                }) => self.shapes.note_imported_resource(name, id),
                _ => {}
            }
        }
    }

    /// Resources first: a function may use one that a later interface exports.
    fn visit_all(&mut self, exports: &'a [String]) -> Result<(), ReflectError> {
        let item =
            |name: &'a String| Some((name.as_str(), self.types.component_item_for_export(name)?));
        let items: Vec<(&str, &ComponentItem)> = exports.iter().filter_map(item).collect();
        let mut owned: Vec<(Option<&str>, Resource)> = Vec::new();
        for (name, item) in &items {
            match item.ty {
                ComponentEntityType::Instance(id) => {
                    let own = self.shapes.note_export(name, id);
                    owned.extend(own.into_iter().map(|resource| (Some(*name), resource)));
                }
                ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(id), .. } => {
                    let own = self.shapes.note_resource(name, id);
                    owned.extend(own.map(|resource| (None, resource)));
                }
                _ => {}
            }
        }
        for (name, item) in items {
            match item.ty {
                ComponentEntityType::Func(id) => self.function(None, name, id)?,
                ComponentEntityType::Instance(id) => self.interface(name, id)?,
                _ => {}
            }
        }
        for (interface, resource) in owned {
            self.drop_operation(interface, &resource)?;
        }
        Ok(())
    }

    fn interface(
        &mut self,
        interface: &'a str,
        id: wasmparser::component_types::ComponentInstanceTypeId,
    ) -> Result<(), ReflectError> {
        let Some(instance) = self.types.get(id) else { return Ok(()) };
        for (name, item) in &instance.exports {
            match item.ty {
                ComponentEntityType::Func(id) => self.function(Some(interface), name, id)?,
                ComponentEntityType::Instance(_) => self.exports.skipped.push(Skipped {
                    function: format!("{interface}#{name}"),
                    why: "it is an instance inside an instance".to_owned(),
                }),
                _ => {}
            }
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), ReflectError> {
        self.found += 1;
        if self.found > FUNCTIONS_MAX {
            let (found, limit) = (self.found, FUNCTIONS_MAX);
            return Err(ReflectError::TooManyFunctions { found, limit });
        }
        Ok(())
    }

    fn function(
        &mut self,
        interface: Option<&str>,
        name: &str,
        id: ComponentFuncTypeId,
    ) -> Result<(), ReflectError> {
        self.count()?;
        let place = self.place(interface, name);
        if place.is_command() {
            self.exports.is_async |= self.types.get(id).is_some_and(|function| function.async_);
            self.exports.plans.push(Plan::command(place));
            return Ok(());
        }
        let docs = self.docs.function(interface, name);
        self.exports.is_async |= self.types.get(id).is_some_and(|function| function.async_);
        let planned = signature(self.types, &mut self.shapes, id).and_then(|signature| {
            Plan::function(place.clone(), signature, &docs)
                .ok_or_else(|| "its schema would be too large to be of use".to_owned())
        });
        match planned {
            Ok(plan) => self.exports.plans.push(plan),
            Err(why) => self.exports.skipped.push(Skipped { function: place.name(), why }),
        }
        Ok(())
    }

    fn drop_operation(
        &mut self,
        interface: Option<&str>,
        resource: &Resource,
    ) -> Result<(), ReflectError> {
        self.count()?;
        let place = self.place(interface, &format!("[drop]{}", resource.name));
        self.exports.plans.push(Plan::drop_of(place, resource.clone()));
        Ok(())
    }

    /// The version is left out of an operation's name where no other version is exported.
    fn place(&self, interface: Option<&str>, function: &str) -> Place {
        let plain = interface.map(unversioned);
        let versions =
            self.interfaces.iter().filter(|name| Some(unversioned(name)) == plain).count();
        Place {
            interface: interface.map(str::to_owned),
            function: function.to_owned(),
            needs_version: versions > 1,
            has_run_beside: self.interfaces.iter().any(|name| name == "run"),
        }
    }
}

/// What a function takes and gives; or why JSON cannot carry it.
pub(super) fn signature(
    types: TypesRef<'_>,
    shapes: &mut Shapes<'_>,
    id: ComponentFuncTypeId,
) -> Result<Signature, String> {
    let function = types.get(id).ok_or("its type cannot be found")?;
    let mut has_handles = false;
    let mut made = |ty| {
        let made = shapes.shape(ty)?;
        has_handles |= made.has_handles;
        Ok::<_, String>(made.shape)
    };
    let fields = function.params.iter().map(|(_, ty)| made(ty)).collect::<Result<_, _>>()?;
    let result = function.result.as_ref().map(&mut made).transpose()?;
    let names = function.params.iter().map(|(name, _)| name.as_str().into()).collect();
    let arguments =
        Record { title: Title::default(), names: Names::new(names, Box::default()), fields };
    Ok(Signature { arguments, result, has_handles })
}

/// Every text that names an operation; `None` where it could be more than one.
pub(super) fn aliases(plans: &[Plan]) -> HashMap<String, Option<usize>> {
    let mut aliases = HashMap::new();
    for (index, plan) in plans.iter().enumerate() {
        for name in plan.place.aliases() {
            aliases.entry(name).and_modify(|known| *known = None).or_insert(Some(index));
        }
    }
    // A whole name always means its own operation, whatever it is short for elsewhere.
    for (index, plan) in plans.iter().enumerate() {
        aliases.insert(plan.operation.name.clone(), Some(index));
    }
    aliases
}

/// `describe` without arguments, and `invoke` of two texts to a text or a failure.
fn speaks_contract(plans: &[Plan]) -> bool {
    let root = |name: &str| {
        let mut plans = plans.iter();
        plans.find(|plan| plan.place.interface.is_none() && plan.place.function == name)
    };
    let (Some(describe), Some(invoke)) = (root("describe"), root("invoke")) else { return false };
    let texts =
        invoke.arguments.fields.iter().filter(|field| matches!(***field, Shape::Text)).count();
    describe.arguments.names.len() == 0
        && matches!(describe.result.as_deref(), Some(Shape::Record(_)))
        && invoke.arguments.names.len() == 2
        && texts == 2
        && matches!(invoke.result.as_deref(), Some(Shape::Result { ok: Some(ok), err: Some(_) })
            if matches!(**ok, Shape::Text))
}
