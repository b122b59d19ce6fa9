//! Patterns (STIX 2.1 §9) that name domains: `[domain-name:value = 'a' OR domain-name:value IN ('b', 'c')] OR […]`.

use crate::rules::list::Bad;

/// What a pattern is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'t> {
    /// `[`, `(`, `=` and the like.
    Mark(char),
    /// A path, a keyword or a number.
    Word(&'t str),
    /// Text in quotes.
    Text(String),
}

const DOMAIN: &str = "domain-name:value";
const BEYOND: Bad = Bad::Unsupported("a pattern of more than equalities joined by OR");
const BROKEN: Bad = Bad::Syntax("a pattern that breaks off");

/// The names that a pattern lists, where it does nothing but list; comparisons of other things beside them are alternatives
/// that DNS does not see.
pub(super) fn domains(pattern: &str) -> Result<Vec<String>, Bad> {
    let tokens = tokens(pattern)?;
    if !tokens.contains(&Token::Word(DOMAIN)) {
        return Err(Bad::NotForDns("a pattern without domain-name:value"));
    }
    let mut names = Vec::new();
    let mut rest = tokens.as_slice();
    loop {
        rest = observation(rest, &mut names)?;
        match rest {
            [] => return Ok(names),
            [Token::Word("OR"), after @ ..] => rest = after,
            _ => return Err(BEYOND),
        }
    }
}

/// `[comparison OR comparison …]`
fn observation<'t, 'p>(tokens: &'t [Token<'p>], names: &mut Vec<String>) -> Result<&'t [Token<'p>], Bad> {
    let [Token::Mark('['), rest @ ..] = tokens else { return Err(BEYOND) };
    let mut rest = rest;
    loop {
        let (path, values, after) = comparison(rest)?;
        if path == DOMAIN {
            names.extend(values);
        }
        match after {
            [Token::Mark(']'), after @ ..] => return Ok(after),
            [Token::Word("OR"), after @ ..] => rest = after,
            [] => return Err(BROKEN),
            _ => return Err(BEYOND),
        }
    }
}

/// `path = 'value'` or `path IN ('value', 'value')`: the path, the values, and what follows.
type Comparison<'t, 'p> = (&'p str, Vec<String>, &'t [Token<'p>]);

fn comparison<'t, 'p>(tokens: &'t [Token<'p>]) -> Result<Comparison<'t, 'p>, Bad> {
    match tokens {
        [Token::Word(path), Token::Mark('='), Token::Text(value), rest @ ..] => {
            Ok((path, vec![value.clone()], rest))
        }
        [Token::Word(path), Token::Word("IN"), Token::Mark('('), rest @ ..] => {
            let (values, rest) = values(rest)?;
            Ok((path, values, rest))
        }
        [] => Err(BROKEN),
        _ => Err(BEYOND),
    }
}

/// `'value', 'value')`
fn values<'t, 'p>(tokens: &'t [Token<'p>]) -> Result<(Vec<String>, &'t [Token<'p>]), Bad> {
    let (mut values, mut rest) = (Vec::new(), tokens);
    loop {
        match rest {
            [Token::Text(value), Token::Mark(','), after @ ..] => {
                values.push(value.clone());
                rest = after;
            }
            [Token::Text(value), Token::Mark(')'), after @ ..] => {
                values.push(value.clone());
                return Ok((values, after));
            }
            _ => return Err(BROKEN),
        }
    }
}

fn tokens(pattern: &str) -> Result<Vec<Token<'_>>, Bad> {
    let mut tokens = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let token;
        (token, rest) = match first {
            '\'' => quoted(&rest[1..])?,
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), &rest[end..])
            }
            mark => (Token::Mark(mark), &rest[mark.len_utf8()..]),
        };
        tokens.push(token);
        rest = rest.trim_start();
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')
}

/// Text up to the quote that ends it; a backslash stands before a quote or a backslash that belongs to it.
fn quoted(text: &str) -> Result<(Token<'_>, &str), Bad> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' => return Ok((Token::Text(value), &text[at + 1..])),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    Err(BROKEN)
}
