#!/bin/sh
# Makes the files beside it from lines.csv with LibreOffice Calc and Gnumeric. Run by hand; the files are committed.
set -eu
cd "$(dirname "$0")"
# Every column is read as text (2), as somebody formats it who wants to keep “0100109106” whole; 76 is UTF-8, 85 GB18030.
columns=1/2/2/2/3/2/4/2/5/2/6/2/7/2/8/2/9/2/10/2
soffice --headless --infilter="CSV:44,34,76,1,$columns,0,false,true,false" --convert-to xlsx:"Calc MS Excel 2007 XML" lines.csv
mv lines.xlsx calc.xlsx
soffice --headless --convert-to "csv:Text - txt - csv (StarCalc):44,34,85,1,,0,false,true,false" calc.xlsx
mv calc.csv calc-gb18030.csv
ssconvert calc.xlsx gnumeric.xlsx
ssconvert -T Gnumeric_stf:stf_assistant -O 'separator=, charset=GB18030 eol=windows' calc.xlsx gnumeric-gb18030.csv
