//! Component types to shapes, each defined type once.
//!
//! *Never:* a type that JSON cannot carry becomes a shape; it becomes the reason for a refusal.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of what an instance may export only types matter here"
)]

use std::collections::HashMap;
use std::sync::Arc;

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId,
    ComponentEntityType, ComponentInstanceTypeId, ComponentValType, ResourceId,
};
use wasmparser::types::Types;

use super::super::docs::Docs;
use super::super::shape::{
    Choice, DEPTH_MAX, Key, Names, Record, Resource, Shape, Title, Variant, Whole,
};

/// Makes shapes and remembers them.
pub(super) struct Shapes<'a> {
    types: &'a Types,
    docs: &'a Docs,
    /// Where a defined type got its name: the interface that exports it, and the name there.
    names: HashMap<ComponentDefinedTypeId, (String, Arc<str>)>,
    resources: HashMap<ResourceId, Resource>,
    imported: HashMap<ResourceId, String>,
    made: HashMap<ComponentDefinedTypeId, Made>,
}

/// A shape and what is worth knowing of everything below it. Kept beside the shape because shared
/// parts make walking it again exponential.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) shape: Arc<Shape>,
    pub(super) has_handles: bool,
    height: usize,
}

/// Why a type has no shape.
type Refusal = String;

impl<'a> Shapes<'a> {
    pub(super) fn new(types: &'a Types, docs: &'a Docs) -> Self {
        Self {
            types,
            docs,
            names: HashMap::new(),
            resources: HashMap::new(),
            imported: HashMap::new(),
            made: HashMap::new(),
        }
    }

    /// Notes the names of an imported instance's types. Its resources belong to the host.
    pub(super) fn note_import(&mut self, interface: &str, instance: ComponentInstanceTypeId) {
        for (name, id) in self.type_exports(instance) {
            match id {
                ComponentAnyTypeId::Resource(id) => {
                    self.imported.insert(id.resource(), name.to_string());
                }
                ComponentAnyTypeId::Defined(id) => self.note_name(interface, name, id),
                _ => {}
            }
        }
    }

    /// Notes the names of an exported instance's types, and gives its own resources by name.
    pub(super) fn note_export(
        &mut self,
        interface: &str,
        instance: ComponentInstanceTypeId,
    ) -> Vec<Resource> {
        let mut own = Vec::new();
        for (name, id) in self.type_exports(instance) {
            match id {
                ComponentAnyTypeId::Resource(id) => own.extend(self.note_resource(&name, id)),
                ComponentAnyTypeId::Defined(id) => self.note_name(interface, name, id),
                _ => {}
            }
        }
        own
    }

    /// Notes a resource that is exported under this name; gives it if it was not known.
    pub(super) fn note_resource(
        &mut self,
        name: &str,
        id: AliasableResourceId,
    ) -> Option<Resource> {
        let id = id.resource();
        if self.imported.contains_key(&id) || self.resources.contains_key(&id) {
            return None;
        }
        let number = u32::try_from(self.resources.len()).ok()?;
        let resource = Resource { number, name: name.into() };
        self.resources.insert(id, resource.clone());
        Some(resource)
    }

    /// Notes that a resource comes from the host.
    pub(super) fn note_imported_resource(&mut self, name: &str, id: AliasableResourceId) {
        self.imported.insert(id.resource(), name.to_owned());
    }

    fn note_name(&mut self, interface: &str, name: Arc<str>, id: ComponentDefinedTypeId) {
        self.names.entry(id).or_insert_with(|| (interface.to_owned(), name));
    }

    fn type_exports(
        &self,
        instance: ComponentInstanceTypeId,
    ) -> Vec<(Arc<str>, ComponentAnyTypeId)> {
        let Some(instance) = self.types.as_ref().get(instance) else { return Vec::new() };
        let types = instance.exports.iter().filter_map(|(name, item)| match item.ty {
            ComponentEntityType::Type { created, .. } => Some((name.as_str().into(), created)),
            _ => None,
        });
        types.collect()
    }

    /// The shape of a type.
    pub(super) fn shape(&mut self, ty: &ComponentValType) -> Result<Made, Refusal> {
        self.at_depth(ty, 1)
    }

    fn at_depth(&mut self, ty: &ComponentValType, depth: usize) -> Result<Made, Refusal> {
        let too_deep = || format!("its values are nested deeper than {DEPTH_MAX} levels");
        let id = match ty {
            ComponentValType::Primitive(primitive) => return leaf(primitive_shape(*primitive)?),
            ComponentValType::Type(id) => *id,
        };
        let made = match self.made.get(&id) {
            Some(made) => made.clone(),
            None if depth > DEPTH_MAX => return Err(too_deep()),
            None => {
                let made = self.defined(id, depth)?;
                self.made.insert(id, made.clone());
                made
            }
        };
        if depth + made.height > DEPTH_MAX + 1 { Err(too_deep()) } else { Ok(made) }
    }

    fn defined(&mut self, id: ComponentDefinedTypeId, depth: usize) -> Result<Made, Refusal> {
        let types = self.types;
        let defined = types.as_ref().get(id).ok_or("its types cannot be found")?;
        let mut parts = Below { shapes: self, depth: depth + 1, has_handles: false, height: 0 };
        let shape = match defined {
            ComponentDefinedType::Primitive(primitive) => primitive_shape(*primitive)?,
            ComponentDefinedType::List { element, .. } => match *parts.part(element)? {
                Shape::Whole(Whole::U8) => Shape::Bytes,
                _ => Shape::List(parts.part(element)?),
            },
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                Shape::FixedList(parts.part(element)?, *length)
            }
            ComponentDefinedType::Map { key, value, .. } => {
                let key = key_of(&*parts.part(key)?)?;
                Shape::Map(key, parts.part(value)?)
            }
            ComponentDefinedType::Tuple(tuple) => {
                Shape::Tuple(tuple.types.iter().map(|ty| parts.part(ty)).collect::<Result<_, _>>()?)
            }
            ComponentDefinedType::Record(record) => {
                let fields =
                    record.fields.values().map(|ty| parts.part(ty)).collect::<Result<_, _>>()?;
                let names = record.fields.keys().map(|name| name.as_str());
                let (title, names) = parts.shapes.titled(id, names);
                Shape::Record(Record { title, names, fields })
            }
            ComponentDefinedType::Variant(variant) => {
                let payloads = variant.cases.values().map(|case| parts.optional(case.ty.as_ref()));
                let payloads = payloads.collect::<Result<_, _>>()?;
                let names = variant.cases.keys().map(|name| name.as_str());
                let (title, names) = parts.shapes.titled(id, names);
                Shape::Variant(Variant { title, names, payloads })
            }
            ComponentDefinedType::Enum(names) => {
                let (title, names) =
                    parts.shapes.titled(id, names.iter().map(|name| name.as_str()));
                Shape::Enum(Choice { title, names })
            }
            ComponentDefinedType::Flags(names) => {
                let (title, names) =
                    parts.shapes.titled(id, names.iter().map(|name| name.as_str()));
                Shape::Flags(Choice { title, names })
            }
            ComponentDefinedType::Option { ty, .. } => Shape::Option(parts.part(ty)?),
            ComponentDefinedType::Result { ok, err, .. } => Shape::Result {
                ok: parts.optional(ok.as_ref())?,
                err: parts.optional(err.as_ref())?,
            },
            ComponentDefinedType::Own(id) => parts.handle(*id, true)?,
            ComponentDefinedType::Borrow(id) => parts.handle(*id, false)?,
            ComponentDefinedType::Future { .. } => return Err("it takes or gives a future".into()),
            ComponentDefinedType::Stream { .. } => return Err("it takes or gives a stream".into()),
        };
        let (has_handles, height) = (parts.has_handles, parts.height);
        Ok(Made { shape: Arc::new(shape), has_handles, height: height + 1 })
    }

    fn handle(&self, id: AliasableResourceId, owned: bool) -> Result<Shape, Refusal> {
        match (self.resources.get(&id.resource()), self.imported.get(&id.resource())) {
            (Some(resource), _) => Ok(Shape::Handle { resource: resource.clone(), owned }),
            (None, Some(name)) => Err(format!(
                "it takes or gives handles of `{name}`, a resource that the component imports; \
                 only its host could make one"
            )),
            (None, None) => {
                Err("it takes or gives handles of a resource that the component keeps to itself"
                    .to_owned())
            }
        }
    }

    /// Name and documentation of a defined type. One that was named elsewhere and is only used here
    /// keeps the words from there.
    fn titled<'n>(
        &self,
        id: ComponentDefinedTypeId,
        names: impl Iterator<Item = &'n str>,
    ) -> (Title, Names) {
        let names: Box<[Box<str>]> = names.map(Box::from).collect();
        let Some((interface, name)) = self.names.get(&id) else {
            return (Title::default(), Names::new(names, Box::default()));
        };
        let mut source = (interface, name);
        let mut next = self.types.peel_alias(id);
        while let Some(id) = next
            && self.docs.ty(source.0, source.1).is_empty()
        {
            if let Some((interface, name)) = self.names.get(&id) {
                source = (interface, name);
            }
            next = self.types.peel_alias(id);
        }
        let (interface, original) = source;
        let docs = names.iter().map(|item| self.docs.item(interface, original, item)).collect();
        let title = Title { name: Some(Arc::clone(name)), docs: self.docs.ty(interface, original) };
        (title, Names::new(names, docs))
    }
}

/// The parts of a type that is being made.
struct Below<'s, 'a> {
    shapes: &'s mut Shapes<'a>,
    depth: usize,
    has_handles: bool,
    height: usize,
}

impl Below<'_, '_> {
    fn part(&mut self, ty: &ComponentValType) -> Result<Arc<Shape>, Refusal> {
        let made = self.shapes.at_depth(ty, self.depth)?;
        self.has_handles |= made.has_handles;
        self.height = self.height.max(made.height);
        Ok(made.shape)
    }

    fn optional(&mut self, ty: Option<&ComponentValType>) -> Result<Option<Arc<Shape>>, Refusal> {
        ty.map(|ty| self.part(ty)).transpose()
    }

    fn handle(&mut self, id: AliasableResourceId, owned: bool) -> Result<Shape, Refusal> {
        self.has_handles = true;
        self.shapes.handle(id, owned)
    }
}

fn leaf(shape: Shape) -> Result<Made, Refusal> {
    Ok(Made { shape: Arc::new(shape), has_handles: false, height: 1 })
}

fn primitive_shape(primitive: PrimitiveValType) -> Result<Shape, Refusal> {
    Ok(match primitive {
        PrimitiveValType::Bool => Shape::Bool,
        PrimitiveValType::S8 => Shape::Whole(Whole::S8),
        PrimitiveValType::U8 => Shape::Whole(Whole::U8),
        PrimitiveValType::S16 => Shape::Whole(Whole::S16),
        PrimitiveValType::U16 => Shape::Whole(Whole::U16),
        PrimitiveValType::S32 => Shape::Whole(Whole::S32),
        PrimitiveValType::U32 => Shape::Whole(Whole::U32),
        PrimitiveValType::S64 => Shape::Whole(Whole::S64),
        PrimitiveValType::U64 => Shape::Whole(Whole::U64),
        PrimitiveValType::F32 => Shape::F32,
        PrimitiveValType::F64 => Shape::F64,
        PrimitiveValType::Char => Shape::Char,
        PrimitiveValType::String => Shape::Text,
        PrimitiveValType::ErrorContext => return Err("it takes or gives an error context".into()),
    })
}

/// The component model allows no other keys; new ones are refused.
fn key_of(shape: &Shape) -> Result<Key, Refusal> {
    match shape {
        Shape::Bool => Ok(Key::Bool),
        Shape::Char => Ok(Key::Char),
        Shape::Text => Ok(Key::Text),
        Shape::Whole(whole) => Ok(Key::Whole(*whole)),
        _ => Err("it takes or gives a map whose keys cannot be the names of properties".into()),
    }
}
