//! `multipart/form-data`, RFC 7578, as far as an upload needs it.

use crate::mock::transport::Request;

/// A form: fields up to `file`, as a cloud storage reads them. What follows `file` is not looked at.
#[derive(Debug)]
pub struct Form<'r> {
    fields: Vec<(String, &'r [u8])>,
}

impl<'r> Form<'r> {
    /// The form of a request; None when it is not a whole one.
    pub fn read(request: &'r Request) -> Option<Self> {
        let kind = request.header("Content-Type")?;
        let parameters = kind.strip_prefix("multipart/form-data")?;
        let boundary = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("boundary="))?
            .trim_matches('"');
        let mut rest = request
            .body
            .strip_prefix(format!("--{boundary}").as_bytes())?;
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        let mut fields: Vec<(String, &[u8])> = Vec::new();
        // RFC 2046 §5.1.1: the last delimiter is followed by two hyphens.
        while !rest.starts_with(b"--") {
            let part = rest.strip_prefix(b"\r\n")?;
            let end = position(part, &delimiter)?;
            let (part, after) = part.split_at(end);
            let field = field(part)?;
            let is_last = field.0 == "file";
            fields.push(field);
            if is_last {
                break;
            }
            rest = after.get(delimiter.len()..)?;
        }
        Some(Self { fields })
    }

    /// A field's text.
    pub fn field(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    /// The file's bytes.
    pub fn file(&self) -> Option<&'r [u8]> {
        self.bytes("file")
    }

    fn bytes(&self, name: &str) -> Option<&'r [u8]> {
        let mut fields = self.fields.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, bytes)| *bytes)
    }
}

fn field(part: &[u8]) -> Option<(String, &[u8])> {
    let end = position(part, b"\r\n\r\n")?;
    let (head, content) = part.split_at(end);
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head.split("\r\n").find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    let name = disposition
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("name="))?;
    Some((name.trim_matches('"').to_owned(), content.get(4..)?))
}

/// Where a text that begins with a carriage return first is. Files have none, so that it is found at once.
fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == b'\r')?;
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_up_to_its_file() {
        let check = |body: &str, want: Option<&[(&str, &str)]>| {
            let request = Request {
                headers: vec![(
                    "content-type".to_owned(),
                    "multipart/form-data; boundary=\"xy\"".to_owned(),
                )],
                body: body.replace('\n', "\r\n").into_bytes(),
                ..Request::default()
            };
            let form = Form::read(&request).map(|form| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let fields = form.fields.into_iter();
                fields.map(|(name, bytes)| (name, text(bytes))).collect()
            });
            let want = want.map(|fields| {
                let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
                fields.iter().map(owned).collect::<Vec<_>>()
            });
            assert_eq!(form, want, "{body}");
        };
        let part = |name: &str, value: &str| {
            format!("--xy\nContent-Disposition: form-data; name=\"{name}\"\n\n{value}\n")
        };
        let form = part("key", "tmp/1") + &part("file", "{}\n{\"a\":1}") + "--xy--\n";
        check(
            &form,
            Some(&[("key", "tmp/1"), ("file", "{}\r\n{\"a\":1}")]),
        );
        let late = part("file", "{}") + &part("key", "tmp/1") + "--xy--\n";
        check(&late, Some(&[("file", "{}")]));
        check(&part("key", "tmp/1"), None);
        check("--xy--\n", Some(&[]));
        check("nothing", None);
    }
}
