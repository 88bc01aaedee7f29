//! `stagedUploadsCreate`, and the place it sends files to: a form is let in with exactly the parameters it was given.

mod multipart;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::endpoint::{self, Visit};
use super::engine::{Engine, World};
use super::faults::Endpoint;
use super::graphql::coded::CodedError;
use super::graphql::resolved::Resolved;
use super::input;
use super::moment::datetime;
use super::transport::{Disposition, Reply, Request};
use super::user_error::payload_of;
use multipart::Form;

/// Where files are uploaded.
pub const PATH: &str = "/staged-uploads";
/// The largest file.
const MAX_FILE_BYTES: usize = 100 << 20;
/// How long an upload stays possible.
const POLICY_MS: i64 = 24 * 3_600_000;
/// How long a file is kept after that.
const KEPT_MS: i64 = 24 * 3_600_000;

/// The uploads that were allowed, by their key.
#[derive(Debug, Default)]
pub struct StagedFiles(BTreeMap<String, StagedFile>);

#[derive(Debug)]
struct StagedFile {
    /// What the form must have, in order.
    parameters: Vec<(&'static str, String)>,
    expires_at_ms: i64,
    /// None until it is uploaded.
    content: Option<Vec<u8>>,
}

impl StagedFiles {
    /// What was uploaded under a key.
    pub fn content(&self, key: &str) -> Option<&[u8]> {
        self.0.get(key)?.content.as_deref()
    }
}

/// `stagedUploadsCreate`, for the variables of bulk mutations.
pub fn create(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let inputs = input::objects(arguments, "input");
    let is_modelled = |input: &&Map<String, Value>| {
        input::text(input, "resource") == Some("BULK_MUTATION_VARIABLES")
            && input::text(input, "httpMethod") == Some("POST")
    };
    if !inputs.iter().all(is_modelled) {
        let message = "The mock does not model stagedUploadsCreate for other resources than BULK_MUTATION_VARIABLES, by POST";
        return Err(CodedError::new("NOT_MODELLED", message));
    }
    let now_ms = call.now_ms;
    let files = &mut call.shop.bulk.files.0;
    files.retain(|_, file| now_ms < file.expires_at_ms + KEPT_MS);
    let targets = inputs.into_iter().map(|input| target(call, input));
    let targets = Resolved::List(targets.collect());
    Ok(payload_of(vec![("stagedTargets", targets)], &[]))
}

fn target(call: &mut Call<'_>, input: &Map<String, Value>) -> Resolved {
    let filename = input::text(input, "filename").unwrap_or_default();
    let mime_type = input::text(input, "mimeType").unwrap_or_default();
    let upload = call.shop.ids.upload();
    let key = format!("tmp/{}/bulk/{upload}/{filename}", call.shop.number());
    let parameters = parameters(&key, mime_type, call.now_ms);
    let shown = parameters.iter().map(|(name, value)| {
        Resolved::record(vec![
            ("name", Resolved::leaf(*name)),
            ("value", Resolved::leaf(value.clone())),
        ])
    });
    let shown = Resolved::List(shown.collect());
    let file = StagedFile {
        parameters,
        expires_at_ms: call.now_ms + POLICY_MS,
        content: None,
    };
    call.shop.bulk.files.0.insert(key, file);
    Resolved::record(vec![
        ("url", Resolved::leaf(format!("{}{PATH}/", call.base_url))),
        ("resourceUrl", Resolved::NULL),
        ("parameters", shown),
    ])
}

fn parameters(key: &str, mime_type: &str, now_ms: i64) -> Vec<(&'static str, String)> {
    let compact: String = datetime(now_ms)
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    let day = compact.split('T').next().unwrap_or_default();
    let policy = json!({
        "conditions": [
            {"Content-Type": mime_type}, {"success_action_status": "201"}, {"acl": "private"},
            ["content-length-range", 1, MAX_FILE_BYTES], {"key": key},
        ],
        "expiration": datetime(now_ms + POLICY_MS),
    });
    let policy = STANDARD.encode(policy.to_string());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, b"staged-uploads");
    let signature = hex(hmac::sign(&secret, policy.as_bytes()).as_ref());
    vec![
        ("Content-Type", mime_type.to_owned()),
        ("success_action_status", "201".to_owned()),
        ("acl", "private".to_owned()),
        ("key", key.to_owned()),
        ("x-goog-date", compact.clone()),
        (
            "x-goog-credential",
            format!("mock@example.com/{day}/auto/storage/goog4_request"),
        ),
        ("x-goog-algorithm", "GOOG4-RSA-SHA256".to_owned()),
        ("x-goog-signature", signature),
        ("policy", policy),
    ]
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Answers `POST /staged-uploads/`.
pub fn handle(engine: &Engine, request: &Request) -> Reply {
    let form = Form::read(request);
    let key = form.as_ref().and_then(|form| form.field("key"));
    let key = key.unwrap_or_default();
    let domain = owner(&engine.world(), key).unwrap_or_default();
    let visit = Visit {
        endpoint: Endpoint::StagedUpload,
        shop: &domain,
    };
    let now_ms = engine.clock.now_ms();
    endpoint::answer(engine, visit, |world, _| {
        let (Some(form), "POST") = (&form, request.method.as_str()) else {
            return storage_error(400, "InvalidArgument", "The form could not be read.");
        };
        let shop = world.shop_mut(&domain);
        let Some(file) = shop.and_then(|shop| shop.bulk.files.0.get_mut(key)) else {
            return storage_error(403, "AccessDenied", "Access denied.");
        };
        match refusal(file, form, now_ms) {
            Some(refusal) => refusal,
            None => {
                file.content = form.file().map(<[u8]>::to_vec);
                stored(&engine.base_url(request), key)
            }
        }
    })
}

fn owner(world: &World, key: &str) -> Option<String> {
    let shops = &mut world.shops.iter();
    let shop = shops.find(|shop| shop.bulk.files.0.contains_key(key))?;
    Some(shop.domain.clone())
}

fn refusal(file: &StagedFile, form: &Form<'_>, now_ms: i64) -> Option<Reply> {
    let unlike = file
        .parameters
        .iter()
        .find(|(name, value)| form.field(name) != Some(value));
    if let Some((name, _)) = unlike {
        let message = format!("Invalid according to Policy: Policy Condition failed: {name}");
        return Some(storage_error(403, "AccessDenied", &message));
    }
    if now_ms >= file.expires_at_ms {
        let message = "Invalid according to Policy: Policy expired.";
        return Some(storage_error(403, "AccessDenied", message));
    }
    let size = form.file().map(<[u8]>::len);
    size_refusal(size)
}

fn size_refusal(size: Option<usize>) -> Option<Reply> {
    Some(match size {
        None => storage_error(
            400,
            "InvalidArgument",
            "A file is missing, or not the last field.",
        ),
        Some(0) => {
            let message = "Your proposed upload is smaller than the minimum object size specified in your Policy Document.";
            storage_error(400, "EntityTooSmall", message)
        }
        Some(size) if size > MAX_FILE_BYTES => {
            let message = "Your proposed upload exceeds the maximum object size specified in your Policy Document.";
            storage_error(400, "EntityTooLarge", message)
        }
        Some(_) => return None,
    })
}

fn stored(base_url: &str, key: &str) -> Reply {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><PostResponse><Location>{base_url}{PATH}/{key}</Location><Bucket>shopify-staged-uploads</Bucket><Key>{key}</Key></PostResponse>"
    );
    xml(201, body)
}

/// What a cloud storage says.
pub fn storage_error(status: u16, code: &str, message: &str) -> Reply {
    xml(
        status,
        format!(
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        ),
    )
}

fn xml(status: u16, body: String) -> Reply {
    Reply {
        status,
        headers: vec![(
            "Content-Type".to_owned(),
            "application/xml; charset=UTF-8".to_owned(),
        )],
        body: body.into_bytes(),
        delay_ms: None,
        after: Disposition::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_at_least_one_byte_and_at_most_100_mb() {
        let check = |size: Option<usize>, refused: Option<u16>| {
            assert_eq!(size_refusal(size).map(|it| it.status), refused, "{size:?}");
        };
        check(None, Some(400));
        check(Some(0), Some(400));
        check(Some(1), None);
        check(Some(104_857_600), None);
        check(Some(104_857_601), Some(400));
    }
}
