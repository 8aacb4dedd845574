from csr_portal.core.codes import ALPHABET, code_in, new_code


def test_code_has_eighty_bits_of_letters_that_nobody_mixes_up():
    code = new_code("REV")
    assert (len(code), set(code[4:].replace("-", "")) <= set(ALPHABET), set("ILOU") & set(ALPHABET)) == (
        23,
        True,
        set(),
    )
    assert len({new_code("CSR") for _time in range(50)}) == 50


def test_code_is_found_in_a_file_even_when_it_was_altered():
    code = new_code("CSR")
    assert code_in(b"%PDF /Reason (A-2026-00007 " + code.encode() + b")") == code
    assert code_in(b"%PDF /Reason (" + code.encode().replace(b"-", rb"\055") + b")") == code
    assert code_in(b"%PDF nothing here CSR-1234") == ""
