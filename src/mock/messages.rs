//! The texts of `userErrors`, with the code `customerSet` gives them.

/// A rule that an input can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The text every mutation says.
    pub message: &'static str,
    /// The code in payloads that have codes.
    pub code: &'static str,
}

macro_rules! rules {
    ($($name:ident = $message:literal, $code:literal;)*) => {
        $(
            #[doc = $message]
            pub const $name: Rule = Rule { message: $message, code: $code };
        )*
    };
}

rules! {
    NO_IDENTITY = "A name, phone number, or email address must be present", "MISSING_FIELD_REQUIRED";
    EMAIL_INVALID = "Email is invalid", "INVALID";
    EMAIL_TOO_LONG = "Email is too long (maximum is 255 characters)", "TOO_LONG";
    EMAIL_TAKEN = "Email has already been taken", "TAKEN";
    PHONE_INVALID = "Phone is invalid", "INVALID";
    PHONE_TOO_LONG = "Phone is too long (maximum is 255 characters)", "TOO_LONG";
    PHONE_TAKEN = "Phone has already been taken", "TAKEN";
    LOCALE_INVALID = "Locale is invalid", "INVALID";
    FIRST_NAME_TOO_LONG = "First name is too long (maximum is 255 characters)", "TOO_LONG";
    LAST_NAME_TOO_LONG = "Last name is too long (maximum is 255 characters)", "TOO_LONG";
    NOTE_TOO_LONG = "Note is too long (maximum is 5000 characters)", "TOO_LONG";
    TAG_TOO_LONG = "Tags is too long (maximum is 255 characters)", "TOO_LONG";
    TOO_MANY_TAGS = "Tags cannot be more than 250", "INVALID";
    ID_ON_CREATE = "Cannot specify ID on creation", "INVALID";
    ADDRESS_ID_ON_CREATE = "Cannot specify address ID on creation", "INVALID";
    METAFIELD_ID_ON_CREATE = "Cannot specify metafield ID on creation", "INVALID";
    ADDRESS_BLANK = "Customer address cannot be blank.", "BLANK";
    ADDRESS_UNKNOWN = "Customer address does not exist", "NOT_FOUND";
    COUNTRY_INVALID = "Country is invalid", "INVALID";
    PROVINCE_INVALID = "Province is invalid", "INVALID";
    CUSTOMER_MISSING = "Customer does not exist", "NOT_FOUND";
    EMAIL_CONSENT_ON_UPDATE = "To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead", "INVALID";
    SMS_CONSENT_ON_UPDATE = "To update smsMarketingConsent, please use the customerSmsMarketingConsentUpdate Mutation instead", "INVALID";
    WHATS_APP_CONSENT_ON_UPDATE = "To update whatsAppMarketingConsent, please use the customerWhatsAppMarketingConsentUpdate Mutation instead", "INVALID";
    EMAIL_CONSENT_WITHOUT_EMAIL = "An email address is required to set the email marketing consent state.", "INVALID";
    SMS_CONSENT_WITHOUT_PHONE = "A phone number is required to set the SMS consent state.", "INVALID";
    WHATS_APP_CONSENT_WITHOUT_PHONE = "A phone number is required to set the WhatsApp consent state.", "INVALID";
    DELETE_UNKNOWN = "Customer can't be found", "NOT_FOUND";
    // The apostrophe of this one is typographic.
    DELETE_WITH_ORDERS = "Customer can’t be deleted because they have associated orders", "INVALID";
    SET_NOT_FOUND = "Resource matching the identifier was not found.", "NOT_FOUND";
    SET_ID_NOT_ALLOWED = "The id field is not allowed if identifier is provided.", "ID_NOT_ALLOWED";
    SET_FIELD_REQUIRED = "The input field corresponding to the identifier is required.", "MISSING_FIELD_REQUIRED";
    SET_MISMATCH = "The identifier value does not match the value of the corresponding field in the input.", "INPUT_MISMATCH";
    SET_TAX_EXEMPT_NULL = "Tax exempt is of unexpected type NilClass", "INVALID";
    // Not found in any recording: a client must go by the code or the field.
    UNIQUE_VALUE_TAKEN = "Value must be unique.", "TAKEN";
    VALUE_BLANK = "Value can't be blank.", "INVALID_VALUE";
    VALUE_SINGLE_LINE = "Value must be a single line text string.", "INVALID_VALUE";
    VALUE_NOT_INTEGER = "Value must be an integer.", "INVALID_VALUE";
    VALUE_NOT_BOOLEAN = "Value must be true or false.", "INVALID_VALUE";
    VALUE_NOT_DATE = "Value must be in YYYY-MM-DD format.", "INVALID_VALUE";
    VALUE_NOT_DATE_TIME = "Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00", "INVALID_VALUE";
    VALUE_NOT_JSON = "Value is invalid JSON.", "INVALID_VALUE";
    VALUE_TOO_LONG = "Value is too long.", "TOO_LONG";
    TYPE_BLANK = "Type can't be blank", "BLANK";
    TYPE_UNKNOWN = "Type must be one of the following: …", "INCLUSION";
    TYPE_MISMATCH = "Type must be consistent with the definition's type.", "INVALID_TYPE";
    NAMESPACE_TOO_SHORT = "Namespace is too short (minimum is 3 characters)", "TOO_SHORT";
    NAMESPACE_TOO_LONG = "Namespace is too long (maximum is 255 characters)", "TOO_LONG";
    NAMESPACE_CHARACTERS = "Namespace contains one or more invalid characters.", "INVALID_CHARACTER";
    KEY_TOO_SHORT = "Key is too short (minimum is 2 characters)", "TOO_SHORT";
    KEY_TOO_LONG = "Key is too long (maximum is 64 characters)", "TOO_LONG";
    KEY_CHARACTERS = "Key contains one or more invalid characters.", "INVALID_CHARACTER";
    NAMESPACE_FORBIDDEN = "Access to this namespace and key on Metafields for this resource type is not allowed.", "APP_NOT_AUTHORIZED";
    OWNER_MISSING = "Owner does not exist.", "INVALID_VALUE";
    TOO_MANY_METAFIELDS = "Exceeded the maximum metafields input limit of 25.", "LESS_THAN_OR_EQUAL_TO";
    STALE = "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.", "STALE_OBJECT";
    DIGEST_INVALID = "Invalid `compareDigest` value.", "INVALID_COMPARE_DIGEST";
    UNIQUE_DISABLED = "Capability unique_values is required for type id but is disabled", "CAPABILITY_REQUIRED_BUT_DISABLED";
    DEFINITION_NAME_TOO_LONG = "Name is too long (maximum is 255 characters)", "TOO_LONG";
    TOO_MANY_DEFINITIONS = "Stores can only have 256 definitions for each store resource.", "RESOURCE_TYPE_LIMIT_EXCEEDED";
    DEFINITION_MISSING = "Definition not found.", "NOT_FOUND";
    ID_DEFINITION_IN_USE = "Deleting an id type metafield definition requires deletion of its associated metafields.", "ID_TYPE_DELETION_ERROR";
    ADDRESS_EXISTS = "Address already exists", "TAKEN";
    ADDRESS_MISSING = "Address does not exist", "NOT_FOUND";
    ADDRESS_ID_MISMATCH = "The id of the address does not match the id in the input", "INVALID";
    ERASE_UNKNOWN = "Customer does not exist", "DOES_NOT_EXIST";
    ERASE_NOT_REQUESTED = "Customer is not scheduled for erasure", "NOT_BEING_ERASED";
    CONSENT_CUSTOMER_MISSING = "Customer not found", "INVALID";
    CONSENT_LEVEL_MISSING = "Marketing opt in level must exist", "MISSING_ARGUMENT";
    CONSENT_LEVEL_PENDING = "Marketing opt in level must be confirmed opt-in for pending consent state", "INVALID";
    CONSENT_IN_FUTURE = "Consent updated at must not be in the future", "INVALID";
    MERGE_SAME = "Customers IDs should not match", "INVALID_CUSTOMER_ID";
    MERGE_TAGS = "Customers must have 250 tags or less.", "INVALID_CUSTOMER";
    TAX_CUSTOMER_MISSING = "Customer does not exist.", "INVALID";
}
