//! Parameters: what a caller gives by name, and how it is written into a request.
//!
//! *Never:* a value is written so that it could be taken for more than one value.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::schema::{self, Way};
use crate::synth::prose::quoted;

/// What an operation takes, and where it puts it. Values are expressions of the recipes' language.
#[derive(Debug, Clone, Default)]
pub(super) struct Takes {
    pub(super) properties: Map<String, Value>,
    pub(super) required: Vec<String>,
    /// Parameters of the path by name.
    pub(super) path: Map<String, Value>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<(String, String)>,
    /// What whoever uses it has to know.
    pub(super) notes: Vec<String>,
}

/// Where a value of the input is found.
#[derive(Debug, Clone)]
pub(super) struct Root(pub(super) String);

impl Root {
    /// A property that is there.
    pub(super) fn sure(&self, name: &str) -> String {
        format!("{}[{}]", self.0, quoted(name))
    }

    /// A property, or null.
    pub(super) fn maybe(&self, name: &str) -> String {
        format!("{}[?{}].orValue(null)", self.0, quoted(name))
    }

    /// A property of a property, or null.
    fn inner(&self, name: &str, inner: &str) -> String {
        format!("{}[?{}][?{}].orValue(null)", self.0, quoted(name), quoted(inner))
    }
}

/// A parameter as far as it is the same everywhere.
struct Parameter<'p> {
    name: &'p str,
    /// What the property is called.
    property: String,
    style: &'p str,
    explode: bool,
    schema: Value,
    /// Whether it is written as JSON.
    is_json: bool,
    required: bool,
}

impl Takes {
    /// Adds the parameters of an operation and of its path, where the operation's own come first.
    pub(super) fn parameters(
        &mut self,
        document: &Document,
        of: [&Value; 2],
        root: &Root,
    ) -> Result<(), String> {
        let mut seen: Vec<(String, String)> = Vec::new();
        for parameter in of.iter().flat_map(|of| document.list(of, "parameters")) {
            let parameter = parameter?;
            let text = |name| parameter.get(name).and_then(Value::as_str).unwrap_or_default();
            let key = (text("in").to_owned(), text("name").to_owned());
            if key.1.is_empty() || seen.contains(&key) {
                continue;
            }
            seen.push(key);
            self.parameter(document, parameter, root)
                .map_err(|reason| format!("parameter `{}`: {reason}", text("name")))?;
        }
        Ok(())
    }

    fn parameter(&mut self, document: &Document, of: &Value, root: &Root) -> Result<(), String> {
        let place = of.get("in").and_then(Value::as_str).unwrap_or_default();
        let name = of.get("name").and_then(Value::as_str).unwrap_or_default();
        // The document says that these three are told elsewhere.
        let told = ["accept", "content-type", "authorization"];
        if place == "header" && told.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        let media = of.get("content").and_then(Value::as_object).and_then(|all| all.iter().next());
        let schema = media.and_then(|(_, media)| media.get("schema")).or_else(|| of.get("schema"));
        let usual = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
        let style = of.get("style").and_then(Value::as_str).unwrap_or(usual);
        let explode = of.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
        let what = format!("its parameter `{name}`");
        let schema = schema.unwrap_or(&Value::Null);
        let mut schema = schema::noted(document, Way::Given, schema, &what, &mut self.notes);
        describe(&mut schema, of);
        let required =
            place == "path" || of.get("required").and_then(Value::as_bool).unwrap_or(false);
        let property = self.property(name, place);
        let parameter = Parameter {
            name,
            property,
            style,
            explode,
            schema,
            is_json: media.is_some_and(|(kind, _)| kind.contains("json")),
            required,
        };
        match place {
            "path" => self.in_path(&parameter, root)?,
            "query" => self.in_query(&parameter, root)?,
            "header" => {
                let value = parameter.flat(&parameter.value(root), ",");
                self.headers.push((name.to_owned(), value));
            }
            "cookie" => {
                let value = parameter.flat(&parameter.value(root), ",");
                self.cookies.push((name.to_owned(), value));
            }
            other => return Err(format!("it is in `{other}`, and there is no such place")),
        }
        self.add(parameter.property, parameter.schema, required);
        Ok(())
    }

    /// Adds a property of the input.
    pub(super) fn add(&mut self, name: String, schema: Value, required: bool) {
        if required {
            self.required.push(name.clone());
        }
        self.properties.insert(name, schema);
    }

    /// What a property is called: as the parameter, unless another place has one of that name.
    pub(super) fn property(&self, name: &str, place: &str) -> String {
        let mut property = name.to_owned();
        while self.properties.contains_key(&property) {
            property = format!("{property}_{place}");
        }
        property
    }

    fn in_path(&mut self, parameter: &Parameter<'_>, root: &Root) -> Result<(), String> {
        let value = parameter.value(root);
        let (before, value) = match parameter.style {
            "simple" => (String::new(), parameter.flat(&value, ",")),
            "label" if parameter.is_scalar() => (".".to_owned(), value),
            "matrix" if parameter.is_scalar() => (format!(";{}=", parameter.name), value),
            other => {
                return Err(format!("a list or object in the style `{other}` cannot be written"));
            }
        };
        self.path.insert(parameter.name.to_owned(), json!([before, value]));
        Ok(())
    }

    fn in_query(&mut self, parameter: &Parameter<'_>, root: &Root) -> Result<(), String> {
        let (name, value) = (parameter.name.to_owned(), parameter.value(root));
        let value = match (parameter.style, parameter.explode) {
            _ if parameter.is_json => {
                format!("cel.bind(v, {value}, v == null ? dyn(null) : dyn(json.encode(v)))")
            }
            ("deepObject", _) => {
                return self.spread(parameter, root, |inner| format!("{name}[{inner}]"));
            }
            ("form", true) if parameter.is_object() => {
                return self.spread(parameter, root, str::to_owned);
            }
            // A list is given once for each item.
            ("form", true) => value,
            ("form", false) => parameter.flat(&value, ","),
            ("spaceDelimited", _) => parameter.flat(&value, " "),
            ("pipeDelimited", _) => parameter.flat(&value, "|"),
            (other, _) => return Err(format!("there is no style `{other}` in a query")),
        };
        self.query.push((name, value));
        Ok(())
    }

    /// An object whose properties become parameters of their own.
    fn spread(
        &mut self,
        parameter: &Parameter<'_>,
        root: &Root,
        named: impl Fn(&str) -> String,
    ) -> Result<(), String> {
        let inner = parameter.schema.get("properties").and_then(Value::as_object);
        let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
            return Err(
                "its object has no known properties, so that none can be written".to_owned()
            );
        };
        for name in inner.keys() {
            self.query.push((named(name), root.inner(&parameter.property, name)));
        }
        // What is not known has no place in the query, and would be left out in silence.
        Ok(())
    }
}

/// The parameter's own description says more than that of its schema.
fn describe(schema: &mut Value, of: &Value) {
    let text = of.get("description").and_then(Value::as_str);
    let told = text.and_then(|it| crate::synth::prose::described(it, 160).0);
    if let (Some(told), Some(schema)) = (told, schema.as_object_mut()) {
        schema.insert("description".to_owned(), told.into());
    }
}

impl Parameter<'_> {
    fn value(&self, root: &Root) -> String {
        if self.required { root.sure(&self.property) } else { root.maybe(&self.property) }
    }

    fn has_type(&self, wanted: &str) -> bool {
        match self.schema.get("type") {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
            _ => false,
        }
    }

    fn is_object(&self) -> bool {
        self.has_type("object")
    }

    fn is_scalar(&self) -> bool {
        !self.is_object() && !self.has_type("array") && self.schema.get("type").is_some()
    }

    /// One text of a list or an object; anything else, and null, stays what it is.
    fn flat(&self, value: &str, between: &str) -> String {
        if self.is_scalar() {
            return value.to_owned();
        }
        let equals = if self.explode && self.style != "form" { "=" } else { "," };
        flat(value, between, equals)
    }
}

/// A list as its items with something between them; an object as names and values.
pub(super) fn flat(value: &str, between: &str, equals: &str) -> String {
    let (between, equals) = (quoted(between), quoted(equals));
    format!(
        "cel.bind(v, {value}, type(v) == list ? dyn(v.map(x, string(x)).join({between})) : \
         type(v) == map ? dyn(v.map(k, string(k) + {equals} + string(v[k])).join({between})) : dyn(v))"
    )
}
