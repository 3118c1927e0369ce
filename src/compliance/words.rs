//! English words that say nothing about what is in a picture, only how, where and how many.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words that end a noun phrase: articles, pronouns, conjunctions, prepositions, auxiliaries.
const FUNCTION: &str = "a an the this that these those my your his her its our their some any every each all both another other \
    and or nor but yet so as than then if while when where which who whom whose what because though although \
    of in on at by for from to into onto with without within about above across after against along amid among around \
    before behind below beneath beside besides between beyond down during except inside like near next off opposite out \
    outside over past per round since through throughout till toward towards under underneath until up upon via \
    i you he she it we they me him us them there here is are was were be been being am do does did has have had having \
    can could will would shall should may might must not no none only just also too very more most less least quite rather \
    one's it's there's ahead apart away back";

/// Words for place and arrangement that are no things.
const RELATION: &str = "left right front rear top bottom side sides middle center centre corner edge background foreground distance \
    horizon nearby far close closer further row line group bunch pair couple dozen lots lot number part parts half upper lower \
    facing together alone way herd flock crowd fleet trio north south east west everywhere overhead";

/// Words for how a thing or the whole picture looks.
const ATTRIBUTE: &str = "red blue green yellow white black brown orange purple pink grey gray golden gold silver violet cyan turquoise \
    magenta beige crimson scarlet teal navy maroon ivory cream tan dark light bright pale deep vivid colourful colorful coloured \
    colored striped spotted big small little large tiny huge giant tall short long wide narrow high low thick thin fat slim old new young \
    ancient modern rustic wooden stone brick metal plastic clay ceramic glass paper cute pretty beautiful lovely happy sad funny \
    friendly lonely quiet calm busy peaceful wild tame fast slow soft hard warm cold hot cool wet dry fresh clean dirty empty full \
    round square flat steep curved straight open closed single double many several few much enough various different same whole \
    sunny dull gloomy cloudy rainy snowy foggy misty stormy windy clear overcast grassy green sandy rocky icy starry \
    real realistic simple detailed minimal fine great good nice perfect classic vintage magical majestic mighty proud brave gentle \
    zero one two three four five six seven eight nine ten eleven twelve first second third last";

/// Words for the picture itself, its hour and its mood.
const PICTURE: &str = "picture pictures image images photo photos photograph painting paintings drawing drawings sketch render rendering \
    illustration scene scenes view views diorama dioramas model models miniature toy art artwork style landscape composition \
    portrait shot closeup close-up wallpaper poster 3d day daytime night nighttime morning noon midday afternoon evening dusk dawn \
    sunset sunrise twilight midnight today summer winter spring autumn fall season time moment weather daylight sunlight sunshine \
    moonlight light lights shadow shadows shade colour color colours colors air mood atmosphere kind sort type world something anything \
    nothing everything someone somewhere thing things";

/// Verbs without a telling ending; `-ing` and `-ed` forms are recognised by those.
const VERB: &str = "sit sits sat stand stands stood run runs ran walk walks jump jumps play plays sleep sleeps slept lie lies lay fly flies flew \
    sail sails swim swims swam drive drives drove ride rides rode park parks rest rests wait waits watch watches look looks see sees saw \
    grow grows grew float floats drift drifts shine shines shone glow glows stretch stretches rise rises rose fall falls fell set sets \
    chase chases eat eats hold holds held carry carries wear wears wore go goes went come comes came make makes made get gets got \
    give gives gave take takes took show shows shown face faces hide hides hidden lean leans hang hangs hung lead leads led cross crosses \
    pass passes overlook overlooks surround surrounds cover covers fill fills move moves roll rolls bark barks graze grazes gallop gallops \
    let lets keep keeps kept put puts draw draws drawn paint paints seen taken built parked seated visible \
    please imagine want wants feature features contain contains";

/// Nouns that look like forms of verbs.
const NOUN_DESPITE_ENDING: &str = "king ring wing string spring swing building ceiling thing wedding bed shed sled seed reed weed steed feed butterfly fly lily jelly \
    family belly bully";

/// What a word is to the reader of prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordKind {
    /// Ends a noun phrase.
    Function,
    /// Part of a noun phrase, but not what it is about.
    Modifier,
    /// Done by something, or said of it.
    Verb,
    /// Possibly a thing.
    Content,
}

static KINDS: LazyLock<HashMap<&str, WordKind>> = LazyLock::new(|| {
    let lists = [
        (NOUN_DESPITE_ENDING, WordKind::Content),
        (VERB, WordKind::Verb),
        (PICTURE, WordKind::Function),
        (ATTRIBUTE, WordKind::Modifier),
        (RELATION, WordKind::Function),
        (FUNCTION, WordKind::Function),
    ];
    // A word of several lists belongs to the last of them.
    lists.into_iter().flat_map(|(list, kind)| list.split_whitespace().map(move |word| (word, kind))).collect()
});

/// The kind of a lower-case word that the vocabulary does not know.
pub(super) fn kind_of(word: &str) -> WordKind {
    let ends = |endings: &[&str]| endings.iter().any(|e| word.len() > e.len() + 2 && word.ends_with(e));
    if let Some(kind) = KINDS.get(word) {
        *kind
    } else if ends(&["ing", "ed", "ly"]) {
        WordKind::Verb
    } else if ends(&["ful", "ous", "less", "ish", "esque"])
        || word.starts_with(|c: char| c.is_numeric())
        || word.chars().count() == 1
    {
        WordKind::Modifier
    } else {
        WordKind::Content
    }
}

/// What a word says about the number of what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Exactly so many.
    Exactly(usize),
    /// More than a pair, if what follows is a plural: "some dogs", but "some dog".
    Several,
    /// None: "no", "without".
    None,
    /// Those named before: "the", "this", "its".
    Known,
}

/// Most that a prompt can ask for; instance numbers are bytes, and beyond this nobody counts.
const MOST: usize = 99;

/// The number a lower-case word states, if it states one.
pub(super) fn number_of(word: &str) -> Option<Number> {
    const NUMBERS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let exactly = |n: usize| Some(if n == 0 { Number::None } else { Number::Exactly(n.min(MOST)) });
    if let Some(n) = NUMBERS.iter().position(|w| *w == word) {
        return exactly(n);
    }
    match word {
        "a" | "an" | "single" | "another" | "every" | "each" => exactly(1),
        "both" | "double" => exactly(2),
        "few" | "several" | "some" | "many" | "various" => Some(Number::Several),
        "no" | "without" => Some(Number::None),
        "the" | "this" | "that" | "these" | "those" | "its" | "their" | "his" | "her" | "my" | "our" => {
            Some(Number::Known)
        }
        _ if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) => {
            word.parse().map_or(exactly(MOST), exactly)
        }
        _ => collective(word),
    }
}

/// The number that a word states before "of", as in "a pair of dogs".
pub(super) fn collective(word: &str) -> Option<Number> {
    match word {
        "pair" | "couple" => Some(Number::Exactly(2)),
        "trio" => Some(Number::Exactly(3)),
        "dozen" => Some(Number::Exactly(12)),
        "lot" | "lots" | "group" | "bunch" | "herd" | "flock" | "crowd" | "fleet" | "row" | "line" | "number" => {
            Some(Number::Several)
        }
        _ => None,
    }
}
